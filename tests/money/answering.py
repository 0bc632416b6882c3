"""What is asked back, and who answers: customers, brands, the platform, in any order."""

from datetime import timedelta
from typing import Any

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shoal.care.models import Case
from shoal.care.opening import AskedTooLate, NothingChosen, WantedUnits
from shoal.care.operations_brand import (
    ReturnAddressMissing,
    accept_case,
    cannot_replace,
    contest_return,
    offer_less,
    receive_return,
    refuse_case,
    send_replacement,
)
from shoal.care.operations_cases import (
    ask_platform,
    confirm_replacement,
    forward_case,
    open_case,
    send_back,
    take_offer,
    withdraw_case,
)
from shoal.care.operations_rulings import confirm_ruling, rule_case
from shoal.care.rules_cases import Kind, Reason, State
from shoal.care.steps_cases import GivenUnits
from shoal.orders.models import Order, OrderLine, Parcel
from tests.money.following import Asked, Followed
from tests.money.model import Line

# Whose fault it is decides about freight, and what is missing cannot come back.
_REASONS = {
    Kind.CANCEL: [Reason.CHANGED_MIND],
    Kind.REFUND: [Reason.BROKEN, Reason.COUNTERFEIT],
    Kind.RETURN: [Reason.BROKEN, Reason.DOES_NOT_FIT, Reason.COUNTERFEIT],
    Kind.EXCHANGE: [Reason.BROKEN, Reason.MISSING],
}
WAY_BACK_MOST = {"CNY": 3_000, "JPY": 1_500}
ONE_MAY_GIVE = {"CNY": 100_000, "JPY": 0}


class Answered(Followed):
    """Cases, beside what the model makes of them."""

    @precondition(lambda self: self.has_parcels(Parcel.State.WAITING, Parcel.State.DELIVERED))
    @rule(data=st.data(), kind=st.sampled_from([*Kind, Kind.EXCHANGE]), answers=st.integers(0, 6))
    def ask(self, data: st.DataObject, kind: Kind, answers: int) -> None:
        """Something is asked back, and perhaps they answer each other at once."""
        state = Parcel.State.WAITING if kind == Kind.CANCEL else Parcel.State.DELIVERED
        self._open(data, kind, _REASONS[kind], answers, parcel__state=state)

    @precondition(lambda self: self.has_orders(Order.State.COMPLETED))
    @rule(
        data=st.data(), kind=st.sampled_from([Kind.REFUND, Kind.RETURN]), answers=st.integers(1, 6)
    )
    def doubt(self, data: st.DataObject, kind: Kind, answers: int) -> None:
        """Whether goods are genuine may be asked long after everybody had her part of them."""
        self._open(data, kind, [Reason.COUNTERFEIT], answers, order__state=Order.State.COMPLETED)

    def _open(
        self,
        data: st.DataObject,
        kind: Kind,
        reasons: list[Reason],
        answers: int,
        **where: str,
    ) -> None:
        rows = OrderLine.objects.filter(order__code__in=self.orders, gift_of=None, **where)
        rows = rows.exclude(order__state=Order.State.UNPAID)
        row = self.one_of(data, rows.order_by("-id")[:6])
        if row is None:
            return
        code = row.order.code
        line = self.orders[code].lines[row.number - 1]
        reason = data.draw(st.sampled_from(reasons))
        free, worth = self._free(line, reason)
        if free < 1:
            return
        units = data.draw(st.integers(1, free))
        full = (2 * worth * units + free) // (2 * free)
        amount = data.draw(st.integers(1, full)) if kind == Kind.REFUND and full else full
        try:
            case = open_case(
                customer=self.market.alice.id,
                order=code,
                kind=kind,
                reason=reason,
                lines=[WantedUnits(row.id, units, amount if kind == Kind.REFUND else None)],
                words="坏了",
                by="alice",
                at=self.now,
            )
        except (AskedTooLate, NothingChosen):
            return
        line.cases += 1
        genuine = reason != Reason.COUNTERFEIT
        fault = reason not in {Reason.CHANGED_MIND, Reason.DOES_NOT_FIT}
        self.cases[case.code] = Asked(code, line, units, full, amount, genuine, fault)
        self.follow(case.code)
        for _ in range(answers):
            if case.code in self.cases:
                self.answer(data, Case.objects.get(code=case.code))

    def _free(self, line: Line, reason: Reason) -> tuple[int, int]:
        """Units of a line that nobody has asked back yet, and what was paid for them."""
        taken = [(asked.units, asked.full) for asked in self.cases.values() if asked.line is line]
        taken += [
            (units, full)
            for units, full, genuine in line.refused
            if not genuine or reason != Reason.COUNTERFEIT
        ]
        free = line.units - sum(units for units, _ in taken)
        return free, max(line.paid - sum(full for _, full in taken), 0)

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def somebody_answers(self, data: st.DataObject) -> None:
        case = self.one_of(data, Case.objects.filter(code__in=self.cases).order_by("id"))
        self.answer(data, case)

    def answer(self, data: st.DataObject, case: Case) -> None:
        """Whoever is waited for does one of the things that may be done."""
        {
            State.ASKED: self._the_brand_judges,
            State.JUDGING: self._the_brand_judges,
            State.RETURNED: self._the_brand_handles_goods,
            State.REPLACING: self._the_brand_handles_goods,
            State.DISPUTED: self._the_platform_rules,
            State.CONFIRMING: self._a_second_operator_looks,
        }.get(State(case.state), self._the_customer_goes_on)(data, case)
        event(f"{case.state} answered")
        self.follow(case.code)

    @precondition(lambda self: self.has_cases(State.JUDGING, State.DISPUTED))
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        case = self.some_case(data, State.JUDGING, State.DISPUTED)
        if case is None or self.cases[case.code].came_back:
            return
        withdraw_case(**self._alice(case))
        self.follow(case.code)

    def _the_customer_goes_on(self, data: st.DataObject, case: Case) -> None:
        agrees, alice = data.draw(st.booleans()), self._alice(case)
        if case.state in {State.OFFERED, State.SENT} and not agrees:
            ask_platform(**alice, words="不是我要的")
            self.cases[case.code].start_again()
        elif case.state == State.OFFERED:
            take_offer(**alice)
        elif case.state == State.RETURNING:
            asked, most = self.cases[case.code], WAY_BACK_MOST[case.currency]
            cost = data.draw(st.sampled_from([0, 1, most])) if asked.fault else 0
            send_back(**alice, carrier="顺丰", tracking="SF1", postage=cost)
            asked.postage = cost
        else:
            confirm_replacement(**alice)

    def _the_brand_judges(self, data: st.DataObject, case: Case) -> None:
        verdict = data.draw(st.sampled_from(["accept", "accept", "offer", "refuse"]))
        if case.state == State.ASKED:
            shop = case.shop_id
            forward_case(shop=shop, code=case.code, words="", by="mei", at=self.now)
        brand, asked = self._brand_of(case), self.cases[case.code]
        swaps = case.kind == Kind.EXCHANGE
        try:
            if verdict == "refuse":
                refuse_case(**brand, words="人为损坏")
                asked.given = (0, 0)
            elif verdict == "offer" and swaps and asked.units > 1:
                units = data.draw(st.integers(1, asked.units - 1))
                offer_less(**brand, given=self._given(case, units, 0), words="只有一件坏了")
                asked.given = (units, asked.worth(units))
            elif verdict == "accept" or swaps:
                accept_case(**brand, crosswise=swaps and data.draw(st.booleans()))
            elif asked.amount > 1:
                amount = data.draw(st.integers(1, asked.amount - 1))
                offer_less(**brand, given=self._given(case, asked.units, amount), words="只有划痕")
                asked.given = (asked.units, amount)
        except ReturnAddressMissing:
            assert (asked.line.terms.brand, case.needs_return) == ("hill", True)
            # until her time is over, and it is decided for the customer

    def _the_brand_handles_goods(self, data: st.DataObject, case: Case) -> None:
        is_well = data.draw(st.sampled_from([True, True, False]))
        brand = self._brand_of(case)
        if case.state == State.RETURNED:
            self.cases[case.code].came_back = True
            if is_well:
                receive_return(**brand)
            else:
                contest_return(**brand, words="穿过了")
        elif is_well:
            send_replacement(**brand, carrier="顺丰", tracking="SF2")
        else:
            cannot_replace(**brand, words="断货了")

    def _the_platform_rules(self, data: st.DataObject, case: Case) -> None:
        verdict = data.draw(st.sampled_from(["all", "all", "part", "nothing"]))
        fault, needs_return = (data.draw(st.sampled_from([None, True, False])) for _ in range(2))
        asked = self.cases[case.code]
        whole = asked.agreed or (asked.units, asked.amount)
        units, amount = (0, 0) if verdict == "nothing" else whole
        if verdict == "part" and amount:
            if case.kind != Kind.REFUND:
                units = data.draw(st.integers(1, units))
            most = min(amount, asked.worth(units))
            swaps = case.kind == Kind.EXCHANGE
            amount = data.draw(st.integers(1, most)) if most and not swaps else most
        is_part = (units, amount) != whole
        rule_case(
            code=case.code,
            grants=verdict != "nothing",
            given=self._given(case, units, amount) if is_part and units else None,
            brands_fault=fault,
            needs_return=needs_return,
            words="看过照片",
            by="olga",
            at=self.now,
        )
        case.refresh_from_db()
        asked.ruled = (units, amount, asked.fault if fault is None else fault)
        takes_two = amount > ONE_MAY_GIVE[case.currency]
        assert (case.state == State.CONFIRMING) == takes_two
        if not takes_two:
            asked.carry_out()

    def _a_second_operator_looks(self, data: st.DataObject, case: Case) -> None:
        agrees = data.draw(st.booleans())
        asked = self.cases[case.code]
        confirm_ruling(code=case.code, agrees=agrees, words="再看", by="oskar", at=self.now)
        event(f"a ruling confirmed: {agrees}")
        if agrees:
            asked.carry_out()
        else:
            asked.ruled = None
            asked.start_again()

    def _alice(self, case: Case) -> dict[str, Any]:
        return {
            "customer": case.customer_id,
            "code": case.code,
            "by": "alice",
            "at": self.now,
        }

    def _brand_of(self, case: Case) -> dict[str, Any]:
        return {"brand": case.brand_id, "code": case.code, "by": "owner", "at": self.now}

    @staticmethod
    def _given(case: Case, units: int, amount: int) -> list[GivenUnits]:
        return [GivenUnits(case.lines.get().line_id, units, amount)]

    @rule(hours=st.sampled_from([1, 24, 3 * 24, 8 * 24, 20 * 24]))
    def time_passes(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))
        self.let_pass()
