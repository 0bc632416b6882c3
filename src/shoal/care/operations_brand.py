"""What a brand does with the cases that wait for it: one transaction each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shoal.care.models import Case, ReturnAddress
from shoal.care.operations_cases import (
    LONGEST_WORDS,
    MOST_PICTURES,
    TooManyPictures,
    WayBackMissing,
    WordsMissing,
)
from shoal.care.rules_cases import Deed, Kind, Side, State
from shoal.care.steps_cases import (
    Doing,
    GivenUnits,
    Held,
    check_may,
    give,
    given_minor,
    lock_case,
    move,
    set_given,
)
from shoal.care.steps_replacing import pay_instead, receive_goods, send_replacements
from shoal.kit import vault
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.pictures import LoosePicture
from shoal.kit.transactions import operation

_ADDRESS = ("recipient", "phone", "address", "note")


class OfferTooLarge(Refused):
    """An offer is less than what she asked for, in units or in money. To give it all, agree."""

    code = "offer_too_large"


class ReturnAddressMissing(Refused):
    """Goods shall come back, but nobody said where to. Give a return address first."""

    code = "return_address_missing"


class AddressIncomplete(Refused):
    """A return address needs a name, a phone and an address."""

    code = "return_address_incomplete"


class MoreThanCameBack(Refused):
    """More units are broken than came back."""

    code = "more_than_came_back"


@operation
def set_return_address(
    *, brand: UUID, record: Mapping[str, str], by: str, at: datetime
) -> ReturnAddress:
    """This will name where a brand wants returned goods: recipient, phone, address, note.

    Cases that were agreed before keep the address they named. Raises AddressIncomplete.
    """
    clean = {key: record.get(key, "").strip()[:200] for key in _ADDRESS}
    if not (clean["recipient"] and clean["phone"] and clean["address"]):
        raise AddressIncomplete
    vault.make_keys([brand])
    return ReturnAddress.objects.create(
        id=uuid7(), brand_id=brand, sealed=vault.seal(brand, clean), at=at, by=by
    )


@operation
def accept_case(
    *, brand: UUID, code: str, by: str, at: datetime, words: str = "", crosswise: bool = False
) -> Case:
    """This will give a customer all that she asked for.

    `crosswise`: the new goods of an exchange leave before the old ones are back. Raises
    ReturnAddressMissing where goods come back and nobody said where to.
    """
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.ACCEPT, Side.BRAND)
    _check_address(held)
    held.case.crosswise = crosswise and held.case.kind == Kind.EXCHANGE
    give(held, Doing(Deed.ACCEPT, Side.BRAND, by, at, words.strip()[:LONGEST_WORDS]))
    return held.case


@operation
def offer_less(
    *, brand: UUID, code: str, given: Sequence[GivenUnits], words: str, by: str, at: datetime
) -> Case:
    """This will offer a lower amount or fewer units, with why; the customer decides.

    Of an exchange, fewer units: new goods for those, the others stay with her. Lines not in `given`
    get nothing. Raises OfferTooLarge, WordsMissing.
    """
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.OFFER, Side.BRAND)
    doing = _doing(Deed.OFFER, by, at, words)
    set_given(held, given)
    swaps = held.case.kind == Kind.EXCHANGE
    if swaps:
        offered = sum(row.given_units or 0 for row in held.lines)
        whole = sum(row.units for row in held.lines)
    else:
        offered, whole = given_minor(held), sum(row.asked_minor for row in held.lines)
    if not 0 < offered < whole:
        raise OfferTooLarge
    _check_address(held)
    move(held, State.OFFERED, doing, amount=None if swaps else offered)
    return held.case


@operation
def refuse_case(
    *,
    brand: UUID,
    code: str,
    words: str,
    by: str,
    at: datetime,
    pictures: Sequence[LoosePicture] = (),
) -> Case:
    """This will refuse a case with a reason; the customer may ask the platform."""
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.REFUSE, Side.BRAND)
    doing = _doing(Deed.REFUSE, by, at, words, pictures)
    set_given(held, [])
    move(held, State.OFFERED, doing, amount=0)
    return held.case


@operation
def receive_return(
    *,
    brand: UUID,
    code: str,
    by: str,
    at: datetime,
    broken: Mapping[UUID, int] | None = None,
    words: str = "",
) -> Case:
    """This will note that the goods are back: her money goes back, or her new goods leave next.

    `broken` (order line id to units) are written off; the others can be sold again. Raises
    MoreThanCameBack.
    """
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.RECEIVE, Side.BRAND)
    for row in held.lines:
        row.broken_units = (broken or {}).get(row.line_id, 0)
        if not 0 <= row.broken_units <= (row.given_units or 0):
            raise MoreThanCameBack
    doing = Doing(Deed.RECEIVE, Side.BRAND, by, at, words.strip()[:LONGEST_WORDS])
    receive_goods(held, doing)
    return held.case


@operation
def contest_return(
    *,
    brand: UUID,
    code: str,
    words: str,
    by: str,
    at: datetime,
    pictures: Sequence[LoosePicture] = (),
) -> Case:
    """This will say that what came back is not what was sent, or is used; the platform decides."""
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.CONTEST, Side.BRAND)
    doing = _doing(Deed.CONTEST, by, at, words, pictures)
    held.case.came_back = True
    for row in held.lines:
        # Until somebody says otherwise: what is contested is not sold again.
        row.broken_units = row.given_units or 0
        row.save(update_fields=["broken_units"])
    move(held, State.DISPUTED, doing)
    return held.case


@operation
def send_replacement(
    *, brand: UUID, code: str, carrier: str, tracking: str, by: str, at: datetime
) -> Case:
    """This will note that the new goods left. Raises WayBackMissing without a number."""
    if not carrier.strip() or not tracking.strip():
        raise WayBackMissing
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.REPLACE, Side.BRAND)
    send_replacements(held, carrier=carrier, tracking=tracking, by=by, at=at)
    move(held, State.SENT, Doing(Deed.REPLACE, Side.BRAND, by, at))
    return held.case


@operation
def cannot_replace(*, brand: UUID, code: str, words: str, by: str, at: datetime) -> Case:
    """This will say that there are no new goods after all: her money goes back instead."""
    held = lock_case(code=code, brand=brand)
    check_may(held, Deed.CANNOT_REPLACE, Side.BRAND)
    pay_instead(held, _doing(Deed.CANNOT_REPLACE, by, at, words))
    return held.case


def _doing(
    deed: Deed, by: str, at: datetime, words: str, pictures: Sequence[LoosePicture] = ()
) -> Doing:
    """A deed that needs a reason."""
    if not words.strip():
        raise WordsMissing
    if len(pictures) > MOST_PICTURES:
        raise TooManyPictures(most=MOST_PICTURES)
    return Doing(deed, Side.BRAND, by, at, words.strip()[:LONGEST_WORDS], pictures)


def _check_address(held: Held) -> None:
    case = held.case
    known = ReturnAddress.objects.filter(brand=case.brand_id).exists()
    if case.needs_return and not known:
        raise ReturnAddressMissing
