"""Flash sales: drafted and applied for by a brand, judged and scheduled by the operator."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shoal.brands.models import Brand
from shoal.brands.steps import lock_brand, need_reason
from shoal.kit import pictures
from shoal.kit.texts import checked_texts
from shoal.kit.transactions import one_transaction, operation
from shoal.offers import refusals
from shoal.offers.making import NewOffer, make_offers
from shoal.offers.models import FlashSale, Offer, SaleStep
from shoal.offers.steps import change_sale_state, end_offers, lock_sale, write_offer_steps

_TITLE_LENGTH = 60
_SUMMARY_LENGTH = 200
_UNDECIDED = {FlashSale.State.DRAFT, FlashSale.State.REFUSED}


@operation
def draft_sale(
    *,
    brand: Brand,
    titles: Mapping[str, str],
    starts_at: datetime,
    ends_at: datetime,
    by: str,
    at: datetime,
    trailer_at: datetime | None = None,
    summaries: Mapping[str, str] | None = None,
    base_language: str = "zh",
) -> FlashSale:
    """This will open a draft of a flash sale in the window [starts_at, ends_at) the brand wants.

    From `trailer_at` (default: now) everybody sees what is to come. Raises BrandNotSelling,
    BadWindow, TextMissing or TextTooLong.
    """
    locked = lock_brand(brand.id)
    _check_selling(locked)
    sale = FlashSale(
        brand=locked,
        base_language=base_language,
        starts_at=starts_at,
        ends_at=ends_at,
        trailer_at=min(at, starts_at) if trailer_at is None else trailer_at,
        created_at=at,
    )
    _describe(sale, titles, summaries or {})
    _check_window(sale, at)
    sale.save(force_insert=True)
    SaleStep.objects.create(sale=sale, state=sale.state, by=by, at=at)
    return sale


@operation
def change_sale(
    *,
    sale: FlashSale,
    titles: Mapping[str, str],
    summaries: Mapping[str, str],
    starts_at: datetime,
    ends_at: datetime,
    trailer_at: datetime,
    at: datetime,
) -> FlashSale:
    """This will change what a sale says and wants, before it is applied for."""
    locked = _undecided(sale)
    locked.starts_at, locked.ends_at, locked.trailer_at = starts_at, ends_at, trailer_at
    _describe(locked, titles, summaries)
    _check_window(locked, at)
    locked.version += 1
    locked.save()
    return locked


def set_sale_cover(*, sale: FlashSale, data: bytes) -> FlashSale:
    """This will check and keep `data` as the sale's cover. Raises what `store_picture` raises."""
    stored = pictures.store_picture(data)
    with one_transaction():
        locked = _undecided(sale)
        locked.cover.name = stored.largest
        locked.version += 1
        locked.save(update_fields=["cover", "version"])
        return locked


@operation
def apply_for_sale(
    *, sale: FlashSale, offers: Sequence[NewOffer], by: str, at: datetime
) -> list[Offer]:
    """This will hand a sale with its offers to the operator; the stock is set aside at once.

    Raises WrongSaleState, BadWindow, NoOffers, SkuTwice, QuantityMissing, NotEnoughStock, or what
    is wrong with an offer; nothing is applied for then.
    """
    brand = lock_brand(sale.brand_id)
    locked = lock_sale(sale.id)
    change_sale_state(sale=locked, state=FlashSale.State.APPLIED, reason="", by=by, at=at)
    _check_window(locked, at)
    if not offers:
        raise refusals.NoOffers
    made = make_offers(
        brand=brand,
        entries=offers,
        sale=locked,
        opens_at=locked.starts_at,
        closes_at=locked.ends_at,
        by=by,
        at=at,
    )
    seen = set()
    for entry, offer in zip(offers, made, strict=True):
        if entry.sku in seen:
            raise refusals.SkuTwice(reference=offer.sku.reference)
        if entry.quantity is None:
            raise refusals.QuantityMissing(reference=offer.sku.reference)
        seen.add(entry.sku)
    return made


@operation
def judge_sale(
    *,
    sale: FlashSale,
    accepted: bool,
    reason: str,
    by: str,
    at: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    trailer_at: datetime | None = None,
) -> FlashSale:
    """This will accept a sale and schedule it, in another window if one is given, or refuse it.

    Nothing more is written when it opens: its offers carry the window. A refusal needs a reason
    and gives the stock back. Raises BrandNotSelling, WrongSaleState or BadWindow.
    """
    brand = lock_brand(sale.brand_id)
    locked = lock_sale(sale.id)
    offers = list(Offer.objects.filter(sale=locked, state=Offer.State.DRAFT).order_by("id"))
    if not accepted:
        reason = need_reason(reason)
        change_sale_state(sale=locked, state=FlashSale.State.REFUSED, reason=reason, by=by, at=at)
        end_offers(offers=offers, reason=reason, by=by, at=at)
        return locked
    _check_selling(brand)
    locked.starts_at = starts_at or locked.starts_at
    locked.ends_at = ends_at or locked.ends_at
    locked.trailer_at = min(trailer_at or locked.trailer_at, locked.starts_at)
    _check_window(locked, at)
    change_sale_state(
        sale=locked, state=FlashSale.State.SCHEDULED, reason=reason.strip(), by=by, at=at
    )
    window = {"opens_at": locked.starts_at, "closes_at": locked.ends_at}
    Offer.objects.filter(id__in=[offer.id for offer in offers]).update(
        state=Offer.State.LISTED, **window
    )
    for offer in offers:
        offer.state = Offer.State.LISTED
    write_offer_steps(offers=offers, reason=reason.strip(), by=by, at=at)
    return locked


@operation
def cancel_sale(*, sale: FlashSale, reason: str, by: str, at: datetime) -> FlashSale:
    """This will call a sale off at any time: unsold stock goes back, what is bought stays so."""
    lock_brand(sale.brand_id)
    locked = lock_sale(sale.id)
    reason = need_reason(reason)
    change_sale_state(sale=locked, state=FlashSale.State.CANCELLED, reason=reason, by=by, at=at)
    offers = Offer.objects.filter(sale=locked).exclude(state=Offer.State.WITHDRAWN)
    end_offers(offers=list(offers), reason=reason, by=by, at=at)
    return locked


def _undecided(sale: FlashSale) -> FlashSale:
    locked = lock_sale(sale.id)
    if locked.state not in _UNDECIDED:
        raise refusals.WrongSaleState(state=locked.get_state_display())
    return locked


def _describe(sale: FlashSale, titles: Mapping[str, str], summaries: Mapping[str, str]) -> None:
    sale.titles = checked_texts(titles, base=sale.base_language, longest=_TITLE_LENGTH)
    told = {key: text for key, text in summaries.items() if text.strip()}
    sale.summaries = (
        checked_texts(told, base=next(iter(told)), longest=_SUMMARY_LENGTH) if told else {}
    )


def _check_window(sale: FlashSale, at: datetime) -> None:
    if not (sale.trailer_at <= sale.starts_at < sale.ends_at and at < sale.ends_at):
        raise refusals.BadWindow


def _check_selling(brand: Brand) -> None:
    if brand.state != Brand.State.ACTIVE:
        raise refusals.BrandNotSelling(state=brand.get_state_display())
