"""What a customer and her keeper do with an after-sales case: one transaction each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shoal.brands.steps import keep_report
from shoal.care import opening
from shoal.care import rules_cases as rules
from shoal.care.models import Case, CaseLine
from shoal.care.opening import WantedUnits
from shoal.care.operations import TooLong
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State
from shoal.care.steps_cases import (
    CaseMovedOn,
    Doing,
    Held,
    asked_of,
    check_may,
    deadlines,
    give,
    given_minor,
    lock_case,
    lock_trade,
    move,
    note,
)
from shoal.care.steps_replacing import arrive, hold_replacements
from shoal.care.steps_telling import tell
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import short_code, uuid7
from shoal.kit.money import Money
from shoal.kit.pictures import LoosePicture
from shoal.kit.transactions import operation
from shoal.orders.models import Order
from shoal.orders.refunds import freeze
from shoal.people.models import Person
from shoal.shops.queries import keepers_of

LONGEST_WORDS = 1_000
MOST_PICTURES = 6


class WordsMissing(Refused):
    """Please say a few words: the other side reads them before it decides."""

    code = "words_missing"


class TooManyPictures(Refused):
    """That are too many pictures. {most} say it all."""

    code = "too_many_case_pictures"


class WayBackMissing(Refused):
    """Please give the carrier and the tracking number of what you sent back."""

    code = "way_back_missing"


class PostageUnclear(Refused):
    """Please write what the way back cost as an amount, such as {example}."""

    code = "postage_unclear"


class PostageTooLarge(Refused):
    """For the way back you can ask for {most} at most."""

    code = "postage_too_large"


@operation
def open_case(
    *,
    customer: UUID,
    order: str,
    kind: Kind,
    reason: Reason,
    lines: Sequence[WantedUnits],
    words: str,
    by: str,
    at: datetime,
    pictures: Sequence[LoosePicture] = (),
) -> Case:
    """This will open a case about lines of one parcel of a customer's order (its code).

    What has not been shipped is cancelled and paid back at once; new goods for an exchange are
    set aside at once. Raises one of the refusals of `opening`, WordsMissing, TooManyPictures,
    or NotEnoughStock for an exchange.
    """
    _check_words(words, pictures, needed=kind != Kind.CANCEL)
    found = Order.objects.filter(customer=customer, code=order).values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    trade = lock_trade(order=found)
    checked = opening.check(
        order=trade, kind=kind, reason=reason, wanted=lines, limits=deadlines(), at=at
    )
    own_shop = keepers_of(shops=[trade.storefront_id]).get(trade.storefront_id) == customer
    state = rules.first_state(kind=kind, reason=reason, own_shop=own_shop)
    # Cancelled goods go back at once: the case is open only inside this transaction.
    first = State.JUDGING if kind == Kind.CANCEL else state
    case = Case(
        id=uuid7(),
        code=short_code(),
        order=trade,
        parcel=checked.parcel,
        brand_id=checked.parcel.brand_id,
        shop_id=trade.storefront_id,
        customer_id=customer,
        kind=kind,
        reason=reason,
        state=first,
        waits_for=rules.WAITS_FOR[first],
        until_at=rules.wait_until(first, at=at, deadlines=deadlines()),
        brands_fault=rules.is_brands_fault(reason),
        needs_return=checked.needs_return,
        currency=trade.currency,
        asked_minor=sum(row.asked_minor for row in checked.rows),
        opened_at=at,
    )
    if reason == Reason.COUNTERFEIT:
        product = checked.rows[0].line.sku.product_id
        reporter = Person.objects.get(id=customer)
        case.report = keep_report(
            brand=case.brand_id, product=product, reporter=reporter, text=words.strip(), at=at
        )
    case.save(force_insert=True)
    for row in checked.rows:
        row.case = case
    CaseLine.objects.bulk_create(checked.rows)
    freeze(lines=[row.line_id for row in checked.rows])
    doing = _doing(Deed.OPEN, Side.CUSTOMER, by, at, words, pictures)
    held = Held(case, trade, checked.parcel, checked.rows)
    if kind == Kind.EXCHANGE:
        hold_replacements(held, by=by, at=at)
    if kind == Kind.CANCEL:
        note(case, doing, amount=case.asked_minor)
        give(held, Doing(Deed.ACCEPT, None, by, at))
    else:
        move(held, state, doing, amount=case.asked_minor)
    return case


@operation
def say_in_case(
    *,
    side: Side,
    tenant: UUID | None,
    code: str,
    words: str,
    by: str,
    at: datetime,
    pictures: Sequence[LoosePicture] = (),
) -> Case:
    """This will add words and pictures to an open case.

    `tenant` is the id of the customer, the shop or the brand that `side` says; None for the
    platform. Raises NotFound, CaseMovedOn once it is closed, WordsMissing.
    """
    _check_words(words, pictures, needed=not pictures)
    held = lock_case(code=code, **_whose(side, tenant))
    check_may(held, Deed.SAY, side)
    note(held.case, _doing(Deed.SAY, side, by, at, words, pictures))
    tell(case=held.case, deed=Deed.SAY, side=side, at=at)
    return held.case


@operation
def forward_case(*, shop: UUID, code: str, words: str, by: str, at: datetime) -> Case:
    """This will let a keeper pass a case on to the brand, with a word of hers if she likes."""
    _check_words(words, (), needed=False)
    held = lock_case(code=code, shop=shop)
    check_may(held, Deed.FORWARD, Side.KEEPER)
    move(held, State.JUDGING, _doing(Deed.FORWARD, Side.KEEPER, by, at, words))
    return held.case


@operation
def withdraw_case(*, customer: UUID, code: str, by: str, at: datetime) -> Case:
    """This will let a customer give her case up: nothing changes hands."""
    held = lock_case(code=code, customer=customer)
    check_may(held, Deed.WITHDRAW, Side.CUSTOMER)
    if held.case.new_goods_arrived or held.case.came_back:
        raise CaseMovedOn
    move(held, State.WITHDRAWN, _doing(Deed.WITHDRAW, Side.CUSTOMER, by, at))
    return held.case


@operation
def take_offer(*, customer: UUID, code: str, by: str, at: datetime) -> Case:
    """This will let a customer agree to what the brand offers; a refusal ends the case."""
    held = lock_case(code=code, customer=customer)
    check_may(held, Deed.TAKE_OFFER, Side.CUSTOMER)
    doing = _doing(Deed.TAKE_OFFER, Side.CUSTOMER, by, at)
    if is_something(held):
        give(held, doing)
    else:
        move(held, State.REFUSED, doing)
    return held.case


@operation
def ask_platform(
    *,
    customer: UUID,
    code: str,
    words: str,
    by: str,
    at: datetime,
    pictures: Sequence[LoosePicture] = (),
) -> Case:
    """This will let a customer ask the platform to decide, with why.

    It starts from her request, or from the part of it that an exchange was agreed about. New goods
    that never came, or came wrong, are asked back as money.
    """
    _check_words(words, pictures, needed=True)
    held = lock_case(code=code, customer=customer)
    check_may(held, Deed.ASK_PLATFORM, Side.CUSTOMER)
    if held.case.state == State.SENT:
        held.case.kind, held.case.needs_return = Kind.REFUND, False
    for row in held.lines:
        row.given_units = row.given_minor = None
        row.save(update_fields=["given_units", "given_minor"])
    doing = _doing(Deed.ASK_PLATFORM, Side.CUSTOMER, by, at, words, pictures)
    move(held, State.DISPUTED, doing, amount=sum(asked_of(row)[1] for row in held.lines))
    return held.case


@operation
def send_back(
    *,
    customer: UUID,
    code: str,
    carrier: str,
    tracking: str,
    by: str,
    at: datetime,
    postage: int = 0,
    pictures: Sequence[LoosePicture] = (),
) -> Case:
    """This will note how a customer's goods travel back, and what that cost her.

    `postage` in minor units, up to SHOAL_RETURN_POSTAGE_MOST: the brand pays it once it accepts the
    goods, where it answers for what happened. `pictures` may show the receipt. Raises
    WayBackMissing, PostageTooLarge, TooManyPictures.
    """
    if not carrier.strip() or not tracking.strip():
        raise WayBackMissing
    _check_words("", pictures, needed=False)
    held = lock_case(code=code, customer=customer)
    check_may(held, Deed.SEND_BACK, Side.CUSTOMER)
    most = opening.postage_most(held.case)
    if not 0 <= postage <= most:
        raise PostageTooLarge(most=Money(most, held.case.currency))
    held.case.carrier, held.case.tracking = carrier.strip()[:40], tracking.strip()[:60]
    held.case.postage_asked_minor = postage
    doing = _doing(Deed.SEND_BACK, Side.CUSTOMER, by, at, pictures=pictures)
    move(held, State.RETURNED, doing, amount=postage or None)
    return held.case


@operation
def confirm_replacement(*, customer: UUID, code: str, by: str, at: datetime) -> Case:
    """This will note that the new goods are there."""
    held = lock_case(code=code, customer=customer)
    check_may(held, Deed.ARRIVE, Side.CUSTOMER)
    arrive(held, _doing(Deed.ARRIVE, Side.CUSTOMER, by, at))
    return held.case


def is_something(held: Held) -> bool:
    """This will say whether anything is on the table of a case that has an offer."""
    return given_minor(held) > 0 or any(row.given_units for row in held.lines)


def _doing(
    deed: Deed,
    side: Side,
    by: str,
    at: datetime,
    words: str = "",
    pictures: Sequence[LoosePicture] = (),
) -> Doing:
    return Doing(deed, side, by, at, words=words.strip(), pictures=pictures)


def _check_words(words: str, pictures: Sequence[LoosePicture], *, needed: bool) -> None:
    if needed and not words.strip():
        raise WordsMissing
    if len(words.strip()) > LONGEST_WORDS:
        raise TooLong(most=LONGEST_WORDS)
    if len(pictures) > MOST_PICTURES:
        raise TooManyPictures(most=MOST_PICTURES)


def _whose(side: Side, tenant: UUID | None) -> dict[str, UUID]:
    if side == Side.PLATFORM:
        return {}
    if tenant is None:
        raise NotFound
    key = {Side.CUSTOMER: "customer", Side.KEEPER: "shop", Side.BRAND: "brand"}[side]
    return {key: tenant}
