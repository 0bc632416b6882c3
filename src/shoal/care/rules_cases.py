"""After-sales cases: what may be asked for, who answers whom by when, what is given. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a customer asks for."""

    CANCEL = "cancel"  # before it is shipped
    REFUND = "refund"  # money back, she keeps what she has
    RETURN = "return"  # goods back, money back
    EXCHANGE = "exchange"  # other goods instead, at the price she paid


class Reason(StrEnum):
    """Why. It says whose fault it is until the platform says otherwise."""

    CHANGED_MIND = "changed_mind"
    DOES_NOT_FIT = "does_not_fit"
    ORDERED_WRONG = "ordered_wrong"
    LATE = "late"
    NEVER_ARRIVED = "never_arrived"
    MISSING = "missing"
    WRONG = "wrong"
    BROKEN = "broken"
    QUALITY = "quality"
    NOT_AS_DESCRIBED = "not_as_described"
    COUNTERFEIT = "counterfeit"


class State(StrEnum):
    """Where a case stands; each open state waits for one side."""

    ASKED = "asked"  # the keeper passes it on
    JUDGING = "judging"  # the brand decides
    OFFERED = "offered"  # the brand offered less, or nothing: the customer decides
    DISPUTED = "disputed"  # the platform decides
    CONFIRMING = "confirming"  # a second operator confirms what the first decided
    RETURNING = "returning"  # the customer sends the goods back
    RETURNED = "returned"  # they are under way: the brand receives them
    REPLACING = "replacing"  # the brand sends the new goods
    SENT = "sent"  # the new goods are under way: the customer receives them
    REFUNDED = "refunded"
    REPLACED = "replaced"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Who answers."""

    CUSTOMER = "customer"
    KEEPER = "keeper"
    BRAND = "brand"
    PLATFORM = "platform"


class Deed(StrEnum):
    """What somebody does with a case; each is one entry of its timeline."""

    OPEN = "open"
    SAY = "say"
    FORWARD = "forward"
    ACCEPT = "accept"
    OFFER = "offer"
    REFUSE = "refuse"
    TAKE_OFFER = "take_offer"
    ASK_PLATFORM = "ask_platform"
    RULE = "rule"
    CONFIRM = "confirm"
    OVERTURN = "overturn"
    SEND_BACK = "send_back"
    RECEIVE = "receive"
    CONTEST = "contest"
    REPLACE = "replace"
    CANNOT_REPLACE = "cannot_replace"
    ARRIVE = "arrive"
    WITHDRAW = "withdraw"
    REFUND = "refund"
    MONEY_BACK = "money_back"
    MONEY_FAILED = "money_failed"
    POSTAGE = "postage"
    POSTAGE_PAID = "postage_paid"
    END = "end"


CLOSED = frozenset({State.REFUNDED, State.REPLACED, State.REFUSED, State.WITHDRAWN})
OPEN = tuple(state for state in State if state not in CLOSED)

WAITS_FOR: Mapping[str, Side] = {
    State.ASKED: Side.KEEPER,
    State.JUDGING: Side.BRAND,
    State.OFFERED: Side.CUSTOMER,
    State.DISPUTED: Side.PLATFORM,
    State.CONFIRMING: Side.PLATFORM,
    State.RETURNING: Side.CUSTOMER,
    State.RETURNED: Side.BRAND,
    State.REPLACING: Side.BRAND,
    State.SENT: Side.CUSTOMER,
}
"""Whose answer each open state waits for."""

_ENDS = frozenset({State.REFUNDED, State.REFUSED, State.WITHDRAWN})
_GRANTED = frozenset({State.RETURNING, State.REPLACING, State.REFUNDED})
_FOLLOWING: Mapping[str, frozenset[State]] = {
    State.ASKED: frozenset({State.JUDGING, *_ENDS}),
    State.JUDGING: frozenset({State.OFFERED, *_GRANTED, *_ENDS}),
    State.OFFERED: frozenset({State.DISPUTED, *_GRANTED, *_ENDS}),
    State.DISPUTED: frozenset({State.CONFIRMING, State.REPLACED, *_GRANTED, *_ENDS}),
    State.CONFIRMING: frozenset({State.DISPUTED, State.REPLACED, *_GRANTED, *_ENDS}),
    State.RETURNING: frozenset({State.RETURNED, State.REPLACED, *_ENDS}),
    State.RETURNED: frozenset({State.REPLACING, State.REPLACED, State.DISPUTED, State.REFUNDED}),
    State.REPLACING: frozenset({State.SENT, State.RETURNING, State.REFUNDED}),
    State.SENT: frozenset({State.RETURNING, State.REPLACED, State.DISPUTED, State.REFUNDED}),
    **{state: frozenset() for state in CLOSED},
}

_MAY: Mapping[Deed, tuple[Side, frozenset[State]]] = {
    Deed.FORWARD: (Side.KEEPER, frozenset({State.ASKED})),
    Deed.ACCEPT: (Side.BRAND, frozenset({State.JUDGING})),
    Deed.OFFER: (Side.BRAND, frozenset({State.JUDGING})),
    Deed.REFUSE: (Side.BRAND, frozenset({State.JUDGING})),
    Deed.TAKE_OFFER: (Side.CUSTOMER, frozenset({State.OFFERED})),
    Deed.ASK_PLATFORM: (Side.CUSTOMER, frozenset({State.OFFERED, State.SENT})),
    Deed.RULE: (Side.PLATFORM, frozenset({State.DISPUTED})),
    Deed.CONFIRM: (Side.PLATFORM, frozenset({State.CONFIRMING})),
    Deed.OVERTURN: (Side.PLATFORM, frozenset({State.CONFIRMING})),
    Deed.SEND_BACK: (Side.CUSTOMER, frozenset({State.RETURNING})),
    Deed.RECEIVE: (Side.BRAND, frozenset({State.RETURNED})),
    Deed.CONTEST: (Side.BRAND, frozenset({State.RETURNED})),
    Deed.REPLACE: (Side.BRAND, frozenset({State.REPLACING})),
    Deed.CANNOT_REPLACE: (Side.BRAND, frozenset({State.REPLACING})),
    Deed.ARRIVE: (Side.CUSTOMER, frozenset({State.SENT})),
    Deed.WITHDRAW: (
        Side.CUSTOMER,
        frozenset({State.ASKED, State.JUDGING, State.OFFERED, State.DISPUTED, State.RETURNING}),
    ),
}

_CUSTOMERS_OWN = frozenset({Reason.CHANGED_MIND, Reason.DOES_NOT_FIT, Reason.ORDERED_WRONG})
_UNSEEN = frozenset({Reason.LATE, Reason.NEVER_ARRIVED})
_ARRIVED_REASONS: Mapping[Kind, frozenset[Reason]] = {
    Kind.CANCEL: frozenset(),
    Kind.REFUND: frozenset(Reason) - _CUSTOMERS_OWN - {Reason.LATE},
    Kind.RETURN: frozenset(Reason) - {Reason.LATE, Reason.NEVER_ARRIVED, Reason.MISSING},
    Kind.EXCHANGE: frozenset(
        {Reason.DOES_NOT_FIT, Reason.ORDERED_WRONG, Reason.MISSING, Reason.WRONG, Reason.BROKEN,
         Reason.QUALITY, Reason.NOT_AS_DESCRIBED}
    ),
}  # fmt: skip
_REASONS: Mapping[tuple[str, Kind], frozenset[Reason]] = {
    ("waiting", Kind.CANCEL): _CUSTOMERS_OWN | {Reason.LATE},
    ("shipped", Kind.REFUND): _UNSEEN,
    **{("delivered", kind): reasons for kind, reasons in _ARRIVED_REASONS.items()},
}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each side has; then it is decided for the customer."""

    keeper: timedelta
    brand: timedelta
    customer: timedelta
    platform: timedelta
    receipt: timedelta
    faults: timedelta
    counterfeit: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides how a case goes on."""

    state: State
    kind: Kind
    reason: Reason
    needs_return: bool
    crosswise: bool = False
    came_back: bool = False
    new_goods_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Free:
    """What of a line nobody has asked back yet: units, and what was paid for them."""

    units: int
    paid: int


def may_follow(state: str, following: State) -> bool:
    """This will say whether a case in `state` may go on to `following`."""
    return following in _FOLLOWING[state]


def may_do(*, deed: Deed, side: Side, state: str) -> bool:
    """This will say whether this side may do this with a case in `state`.

    Words and pictures are welcome from everybody while it is open.
    """
    if deed == Deed.SAY:
        return state not in CLOSED
    whose, states = _MAY.get(deed, (None, frozenset()))
    return whose == side and state in states


def deeds_of(*, side: Side, state: str) -> list[Deed]:
    """This will list what this side may do with a case in `state`."""
    return [deed for deed in Deed if may_do(deed=deed, side=side, state=state)]


def reasons_for(*, parcel: str, kind: Kind) -> list[Reason]:
    """This will list the reasons for which `kind` may be asked of a parcel in this state."""
    allowed = _REASONS.get((parcel, kind), frozenset())
    return [reason for reason in Reason if reason in allowed]


def kinds_for(*, parcel: str) -> list[Kind]:
    """This will list what may be asked for of a parcel in this state."""
    return [kind for kind in Kind if reasons_for(parcel=parcel, kind=kind)]


def is_brands_fault(reason: Reason) -> bool:
    """This will say whether the brand answers for what happened; carriers are its own choice."""
    return reason not in _CUSTOMERS_OWN


def ask_until(
    *, delivered_at: datetime | None, return_days: int, reason: Reason, deadlines: Deadlines
) -> datetime | None:
    """This will say until when a line may be asked about; None: no end, it has not arrived.

    As many days after its arrival as its offer promised; for what is the brand's fault at least
    the installation's own term, for goods that are not genuine a longer one.
    """
    if delivered_at is None:
        return None
    term = timedelta(days=return_days)
    if is_brands_fault(reason):
        term = max(term, deadlines.faults)
    if reason == Reason.COUNTERFEIT:
        term = max(term, deadlines.counterfeit)
    return delivered_at + term


def worth(free: Free, units: int) -> int:
    """This will say what `units` of what is free cost, halves up; the last take all that is left.

    Raises ValueError for more units than are free, or none.
    """
    if not 0 < units <= free.units:
        raise ValueError(f"{units} of {free.units} units")
    return (2 * free.paid * units + free.units) // (2 * free.units)


def needs_return(*, kind: Kind, reason: Reason) -> bool:
    """This will say whether goods go back first or in exchange: what is missing cannot."""
    return kind == Kind.RETURN or (kind == Kind.EXCHANGE and reason != Reason.MISSING)


def first_state(*, kind: Kind, reason: Reason, own_shop: bool) -> State:
    """This will say who answers a new case first.

    The keeper; for goods that are not genuine the platform; the brand where the customer buys in a
    shop of her own. What has not been shipped goes back at once.
    """
    if kind == Kind.CANCEL:
        return State.REFUNDED
    if reason == Reason.COUNTERFEIT:
        return State.DISPUTED
    return State.JUDGING if own_shop else State.ASKED


def after_grant(case: Standing, *, has_address: bool) -> State:
    """This will say what follows once it is decided that she gets it.

    Goods that have nowhere to go back to are not waited for: the money goes back at once.
    """
    returns = case.needs_return and has_address and not case.came_back
    if case.kind != Kind.EXCHANGE:
        return State.RETURNING if returns else State.REFUNDED
    if case.new_goods_arrived:
        return State.RETURNING if returns else State.REPLACED
    return State.RETURNING if returns and not case.crosswise else State.REPLACING


def after_receipt(case: Standing) -> State:
    """This will say what follows once the goods are back with the brand."""
    if case.kind != Kind.EXCHANGE:
        return State.REFUNDED
    return State.REPLACED if case.new_goods_arrived else State.REPLACING


def after_arrival(case: Standing, *, has_address: bool) -> State:
    """This will say what follows once the new goods are with the customer."""
    owes = case.needs_return and not case.came_back and has_address
    return State.RETURNING if owes else State.REPLACED


def after_no_replacement(case: Standing, *, has_address: bool) -> State:
    """This will say what follows when there are no new goods to send: her money instead."""
    owes = case.needs_return and not case.came_back and has_address
    return State.RETURNING if owes else State.REFUNDED


def on_silence(case: Standing, *, offered: int) -> Deed:
    """This will say what happens when the side that is waited for lets its time go by.

    Whoever owes the customer an answer loses it to her. Her own silence takes an offer (there is
    one when `offered` minor units or units are on the table), keeps the goods she did not send
    back, and receives what a carrier has had for long enough.
    """
    if case.state == State.OFFERED:
        return Deed.TAKE_OFFER if offered else Deed.END
    return {
        State.ASKED: Deed.FORWARD,
        State.JUDGING: Deed.ACCEPT,
        State.DISPUTED: Deed.ACCEPT,
        State.CONFIRMING: Deed.ACCEPT,
        State.RETURNING: Deed.WITHDRAW,
        State.RETURNED: Deed.RECEIVE,
        State.REPLACING: Deed.CANNOT_REPLACE,
        State.SENT: Deed.ARRIVE,
    }[case.state]


def wait_until(state: State, *, at: datetime, deadlines: Deadlines) -> datetime | None:
    """This will say until when a case that is in `state` from `at` waits; None once it is over."""
    if state in CLOSED:
        return None
    if state in {State.RETURNED, State.SENT}:
        return at + deadlines.receipt
    term = {
        Side.KEEPER: deadlines.keeper,
        Side.BRAND: deadlines.brand,
        Side.CUSTOMER: deadlines.customer,
        Side.PLATFORM: deadlines.platform,
    }[WAITS_FOR[state]]
    return at + term


def freight_back(*, left: int, brands_fault: bool, shipped: bool, whole_parcel: bool) -> int:
    """This will say how much of a parcel's outbound freight goes back with its goods.

    All of it when the whole parcel goes back and either the brand answers for it or nothing was
    shipped yet; otherwise it was spent for her.
    """
    return left if whole_parcel and (brands_fault or not shipped) else 0


def postage_most(*, brands_fault: bool, limit: int) -> int:
    """This will say how much of the way back she may ask for, in minor units.

    Whoever answers for what happened pays it; nobody pays herself.
    """
    return limit if brands_fault else 0


def postage_owed(*, asked: int, owed: int, brands_fault: bool, came_back: bool, to: State) -> int:
    """This will say what the brand pays for the way back when a case goes on to state `to`.

    All that she asked for, once: when the goods are accepted, and the brand answers by then.
    """
    accepted = came_back and to in {State.REFUNDED, State.REPLACING, State.REPLACED}
    return asked if accepted and brands_fault and not owed else 0


def share(amount: int, units: int, of_units: int) -> int:
    """This will say what `units` of `of_units` are of an amount, halves up."""
    return (2 * amount * units + of_units) // (2 * of_units)


def needs_second(*, amount: int, above: int) -> bool:
    """This will say whether giving `amount` needs a second operator; 0 is never too much."""
    return amount > above


def told(*, deed: Deed, state: str, side: Side | None) -> list[Side]:
    """This will list who hears of a deed; nobody of what she did herself.

    The customer, whom the case waits for now, and at its end everybody. The brand hears that the
    platform is asked to decide, as it may still say its part; and what would stay with the
    customer alone: that she takes an offer, or what she says of it.
    """
    wanted = {Side.CUSTOMER}
    if deed == Deed.ASK_PLATFORM:
        wanted.add(Side.BRAND)
    if deed == Deed.MONEY_FAILED:
        wanted |= {Side.KEEPER, Side.PLATFORM}
    if deed not in {Deed.MONEY_BACK, Deed.POSTAGE_PAID} and state in WAITS_FOR:
        wanted.add(WAITS_FOR[state])
    if state in CLOSED and deed not in {Deed.MONEY_BACK, Deed.MONEY_FAILED, Deed.POSTAGE_PAID}:
        wanted |= {Side.KEEPER, Side.BRAND}
    return [who for who in Side if who in wanted and who != side] or [Side.BRAND]
