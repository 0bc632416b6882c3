"""Every read of payouts: what holds them back, where they are, what an operator looks at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.kit.money import Money, minor_of
from shoal.ledger.queries import party_balance
from shoal.settlement.models_payouts import (
    PartyKind,
    Payout,
    PayoutAccount,
    PayoutHold,
    PayoutNotice,
    PayoutRun,
    PayoutStep,
)
from shoal.settlement.payout_providers.file import NAME as BY_FILE
from shoal.settlement.queries import answering_of
from shoal.settlement.rules_deposits import keeps
from shoal.settlement.rules_payouts import Block, Standing, blocks
from shoal.settlement.withholding import brackets_of, withhold

if TYPE_CHECKING:
    from shoal.settlement.parties import Party

Verdict = PayoutNotice.Verdict
OPEN = (Payout.State.MADE, Payout.State.RELEASED, Payout.State.SENT)


@dataclass(frozen=True, slots=True)
class PayoutDesk:
    """What a party sees: what she could be paid now, and what is in the way."""

    balance: Money
    minimum: Money
    blocks: list[Block]
    withheld: Money
    """What would be kept back for the tax office if all of it were paid now."""


def is_stopped(*, party: "Party", at: datetime) -> bool:
    """This will say whether a suspension keeps a party's money back at `at`.

    A brand that sells no more is paid what it has once nothing can be asked of it any more.
    """
    if party.kind != PartyKind.BRAND or not party.suspended:
        return party.suspended
    return keeps(answering_of(brand=party.id, sells=False), at=at) is not None


def standing_of(
    *, party: "Party", account: PayoutAccount | None, balance: Money, at: datetime
) -> Standing:
    """This will gather what decides whether a party may be paid at `at`."""
    mine = Payout.objects.filter(party_kind=party.kind, party=party.id, currency=balance.currency)
    holds = PayoutHold.objects.filter(party_kind=party.kind, party=party.id, lifted_at=None)
    return Standing(
        balance=balance,
        minimum=minimum(currency=balance.currency),
        account=account.state if account else "",
        held_until=account.held_until if account else None,
        suspended=is_stopped(party=party, at=at),
        under_way=mine.filter(purpose=Payout.Purpose.BALANCE, state__in=OPEN).exists(),
        holds=tuple(holds.values_list("reason", flat=True)),
    )


def payout_desk(*, party: "Party", account: PayoutAccount | None, at: datetime) -> PayoutDesk:
    """This will say what a party could be paid at `at`, and everything that is in the way."""
    balance = party_balance(kind=party.ledger, party=party.id, currency=party.currency)
    standing = standing_of(party=party, account=account, balance=balance, at=at)
    gross = max(balance.minor, 0)
    withheld = withheld_for(party=party, gross=gross, at=at) if gross else 0
    return PayoutDesk(
        balance=balance,
        minimum=Money(standing.minimum, balance.currency),
        blocks=blocks(standing=standing, at=at),
        withheld=Money(withheld, balance.currency),
    )


def minimum(*, currency: str) -> int:
    """This will return the least that is paid out in a currency, in minor units."""
    least: Decimal = settings.SHOAL_PAYOUT_MINIMUM.get(currency, Decimal(0))
    return max(minor_of(least, currency), 1)


def withheld_for(*, party: "Party", gross: int, at: datetime) -> int:
    """This will return what is kept back of `gross`, by what the party was paid this month."""
    scheme = (
        settings.SHOAL_WITHHOLD_KEEPER
        if party.kind == PartyKind.KEEPER
        else settings.SHOAL_WITHHOLD_BRAND
    )
    brackets = brackets_of(scheme=scheme, currency=party.currency)
    if not brackets:
        return 0
    month = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sums = (
        Payout.objects.filter(
            party_kind=party.kind,
            party=party.id,
            currency=party.currency,
            purpose=Payout.Purpose.BALANCE,
            made_at__gte=month,
            made_at__lte=at,
        )
        .exclude(state=Payout.State.FAILED)
        .aggregate(gross=Sum("gross_minor"), withheld=Sum("withheld_minor"))
    )
    return withhold(
        gross=gross,
        before=sums["gross"] or 0,
        withheld=sums["withheld"] or 0,
        brackets=brackets,
    )


def payouts_of(*, party: "Party") -> "QuerySet[Payout]":
    """This will list a party's payouts, newest first; the small sums of proofs are left out."""
    rows = Payout.objects.filter(party_kind=party.kind, party=party.id)
    return rows.exclude(purpose=Payout.Purpose.PROOF).select_related("account").order_by("-id")


def payout_by_code(*, code: str, party: "Party | None" = None) -> Payout:
    """This will return a payout, of `party` only when one is given. Raises NotFound."""
    rows = Payout.objects.filter(code=code).select_related("account", "run")
    if party is not None:
        rows = rows.filter(party_kind=party.kind, party=party.id)
    payout = rows.first()
    if payout is None:
        raise NotFound
    return payout


def payout_steps(*, payout: Payout) -> list[PayoutStep]:
    """This will list what has happened to a payout, oldest first."""
    return list(PayoutStep.objects.filter(payout=payout).order_by("id"))


def steps_in_files(*, run: PayoutRun) -> list[PayoutStep]:
    """This will list, oldest first, who took files of a run: one step for each file."""
    rows = PayoutStep.objects.filter(
        payout__run=run, payout__provider=BY_FILE, state=Payout.State.SENT
    )
    return list(rows.order_by("at", "by", "reason").distinct("at", "by", "reason"))


def payout_notices(*, payout: Payout) -> list[PayoutNotice]:
    """This will list what the partner told about a payout, oldest first."""
    return list(PayoutNotice.objects.filter(payout=payout).order_by("id"))


def accounts_to_check() -> "QuerySet[PayoutAccount]":
    """This will list the accounts that wait for an operator, oldest first."""
    return PayoutAccount.objects.filter(state=PayoutAccount.State.GIVEN).order_by("given_at")


def opened_accounts(accounts: Iterable[PayoutAccount]) -> dict[str, dict[str, str]]:
    """This will open many accounts with one look-up, by code; empty where a key is gone."""
    rows = list(accounts)
    found = vault.reveal_many([(row.key, row.sealed) for row in rows])
    return {row.code: record or {} for row, record in zip(rows, found, strict=True)}


def waiting_payouts() -> "QuerySet[Payout]":
    """This will list the payouts that are in no run yet, oldest first."""
    rows = Payout.objects.filter(state=Payout.State.MADE, run=None)
    return rows.select_related("account").order_by("id")


def runs() -> "QuerySet[PayoutRun]":
    """This will list the runs, newest first, each with `payouts_count` and `total`."""
    rows = PayoutRun.objects.annotate(payouts_count=Count("payouts"), total=Sum("payouts__amount"))
    return rows.order_by("-prepared_at", "-id")


def run_by_code(*, code: str) -> PayoutRun:
    """This will return a run, or raise NotFound."""
    run = PayoutRun.objects.filter(code=code).first()
    if run is None:
        raise NotFound
    return run


def payouts_in(*, run: PayoutRun) -> list[Payout]:
    """This will list the payouts of a run in the order in which they were made."""
    return list(Payout.objects.filter(run=run).select_related("account").order_by("id"))


def stuck_payouts() -> list[Payout]:
    """This will list those that the worker has given up on: an operator must look."""
    rows = Payout.objects.filter(
        state__in=[Payout.State.RELEASED, Payout.State.SENT], next_at=None
    ).exclude(provider="file")
    return list(rows.select_related("account").order_by("id"))


def all_payouts(*, states: Iterable[str] = ()) -> "QuerySet[Payout]":
    """This will list payouts, newest first, all or only those in `states`."""
    chosen = list(states)
    rows = Payout.objects.select_related("account").order_by("-id")
    return rows.filter(state__in=chosen) if chosen else rows


def payout_words_to_look_at() -> list[PayoutNotice]:
    """This will list what a partner told that changed nothing and should not have come."""
    odd = [Verdict.UNKNOWN, Verdict.WRONG_AMOUNT, Verdict.TOO_LATE]
    return list(PayoutNotice.objects.filter(verdict__in=odd).order_by("-id")[:50])


def open_holds() -> list[PayoutHold]:
    """This will list the holds that stand, newest first."""
    return list(PayoutHold.objects.filter(lifted_at=None).order_by("-put_at"))


def desk_counts() -> dict[str, int]:
    """This will count what waits for an operator: accounts, payouts, runs, stuck."""
    return {
        "accounts": accounts_to_check().count(),
        "payouts": waiting_payouts().count(),
        "runs": PayoutRun.objects.filter(state=PayoutRun.State.PREPARED).count(),
        "stuck": Payout.objects.filter(
            Q(state__in=[Payout.State.RELEASED, Payout.State.SENT]), next_at=None
        )
        .exclude(provider="file")
        .count(),
    }
