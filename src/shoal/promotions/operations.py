"""Making, starting and stopping promotions, and claiming coupons.

A coupon is claimed for nothing: not for sharing, not for inviting, not for following anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Q

from shoal.kit.errors import Busy, NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.money import Money
from shoal.kit.texts import checked_texts
from shoal.kit.transactions import operation
from shoal.offers.models import Offer
from shoal.offers.queries_terms import load_prices, terms_in
from shoal.promotions.models import Claim, Part, Promotion, PromotionStep
from shoal.promotions.queries import Owner, owned
from shoal.promotions.refusals import ClaimClosed, CouponGone, CouponHad
from shoal.promotions.rules import Bundle, Item, apply
from shoal.promotions.rules import Funder as RuleFunder

LONGEST_TITLE = 60
MOST_PARTS = 20
_TRIES = 3
Kind, Funder, State = Promotion.Kind, Promotion.Funder, Promotion.State


class PromotionWindows(Refused):
    """A window ends after it begins, and a coupon is good for use until claiming ends or longer."""

    code = "promotion_windows"


class PromotionAmount(Refused):
    """These amounts do not make a promotion. Please look at them again."""

    code = "promotion_amount"


class PartsMissing(Refused):
    """Please choose the goods: one offer for a gift, several units for a bundle."""

    code = "parts_missing"


class PartForeign(Refused):
    """{title} cannot be part of this promotion: another brand, currency, or not on sale."""

    code = "part_foreign"


class PartLimited(Refused):
    """{title} is limited per customer, so it cannot be a gift."""

    code = "part_limited"


class BundleTooDear(Refused):
    """The bundle has to cost less than its goods do one by one."""

    code = "bundle_too_dear"


class BundleTooCheap(Refused):
    """What comes off is the brand’s own part: these goods can go together for {least} at least."""

    code = "bundle_too_cheap"


class PromotionFixed(Refused):
    """This promotion is past that step. Please look at its state."""

    code = "promotion_fixed"


@dataclass(frozen=True, slots=True)
class NewPromotion:
    """A promotion as somebody plans it; see `models.Promotion` for what each amount means.

    `parts` is offer code to quantity. Gifts and bundles are not claimed: their claim window is
    their window of use.
    """

    kind: Promotion.Kind
    titles: Mapping[str, str]
    use_from_at: datetime
    use_until_at: datetime
    claim_from_at: datetime | None = None
    claim_until_at: datetime | None = None
    threshold: int = 0
    amount: int = 0
    percent_bp: int = 0
    supply: int | None = None
    per_person: int = 1
    parts: Mapping[str, int] = field(default_factory=dict)
    base_language: str = "zh"


@operation
def make_promotion(
    *, owner: Owner, currency: str, entry: NewPromotion, by: str, at: datetime
) -> Promotion:
    """This will keep a promotion as a draft; nobody sees it before it is started.

    Raises TextMissing or TextTooLong, PromotionWindows, PromotionAmount, PartsMissing, PartForeign,
    PartLimited, BundleTooDear.
    """
    titles = checked_texts(entry.titles, base=entry.base_language, longest=LONGEST_TITLE)
    _check_terms(owner, entry)
    offers = _offers_of(owner, currency, entry)
    promotion = Promotion.objects.create(
        id=uuid7(),
        kind=entry.kind,
        funder=owner.funder,
        brand=owner.brand,
        shop=owner.shop,
        titles=titles,
        base_language=entry.base_language,
        currency=currency,
        threshold_minor=entry.threshold,
        amount_minor=entry.amount,
        percent_bp=entry.percent_bp,
        supply=entry.supply,
        per_person=entry.per_person,
        claim_from_at=entry.claim_from_at or entry.use_from_at,
        claim_until_at=entry.claim_until_at or entry.use_until_at,
        use_from_at=entry.use_from_at,
        use_until_at=entry.use_until_at,
        created_at=at,
    )
    Part.objects.bulk_create(
        Part(id=uuid7(), promotion=promotion, offer=offer, quantity=entry.parts[offer.code])
        for offer in offers
    )
    _note(promotion, by=by, at=at)
    return promotion


@operation
def start_promotion(*, owner: Owner, code: str, by: str, at: datetime) -> Promotion:
    """This will let a draft, or a stopped promotion, run. Raises PromotionFixed once it is over."""
    promotion = _locked(owner, code)
    if promotion.state == State.RUNNING or promotion.use_until_at <= at:
        raise PromotionFixed
    return _move(promotion, State.RUNNING, reason="", by=by, at=at)


@operation
def stop_promotion(*, owner: Owner, code: str, reason: str, by: str, at: datetime) -> Promotion:
    """This will stop a running promotion: nobody claims it, no new order gets it.

    Orders placed before keep what they were promised.
    """
    promotion = _locked(owner, code)
    if promotion.state != State.RUNNING:
        raise PromotionFixed
    return _move(promotion, State.STOPPED, reason=reason, by=by, at=at)


def claim_coupon(*, customer: UUID, code: str, at: datetime) -> Claim:
    """This will give a customer one coupon of a running promotion.

    Raises ClaimClosed outside the claim window, CouponHad past the limit per person, CouponGone
    when there are no more.
    """
    for _ in range(_TRIES):
        try:
            return _claim(customer=customer, code=code, at=at)
        except IntegrityError as error:
            # Two taps at one moment wanted the same number: the other one has it now.
            if "one_claim_per_number" not in str(error):
                raise
    raise Busy


@operation
def _claim(*, customer: UUID, code: str, at: datetime) -> Claim:
    found = Promotion.objects.filter(code=code).first()
    if found is None or not found.is_coupon or found.state == State.DRAFT:
        raise NotFound
    had = Claim.objects.filter(promotion=found, customer=customer).count()
    if had >= found.per_person:
        raise CouponHad
    if not found.claim_from_at <= at < found.claim_until_at:
        raise ClaimClosed
    rows = Promotion.objects.filter(id=found.id, state=State.RUNNING)
    if not rows.filter(Q(supply=None) | Q(claimed__lt=F("supply"))).update(
        claimed=F("claimed") + 1
    ):
        raise CouponGone if rows.exists() else ClaimClosed
    return Claim.objects.create(
        id=uuid7(), promotion=found, customer=customer, number=had + 1, claimed_at=at
    )


def _check_terms(owner: Owner, entry: NewPromotion) -> None:
    claim_from = entry.claim_from_at or entry.use_from_at
    claim_until = entry.claim_until_at or entry.use_until_at
    in_order = claim_from < claim_until <= entry.use_until_at
    if not (in_order and claim_from <= entry.use_from_at < entry.use_until_at):
        raise PromotionWindows
    fits = {
        Kind.FIXED: entry.amount > 0 and entry.percent_bp == 0,
        Kind.PERCENT: 0 < entry.percent_bp < 10_000,
        Kind.GIFT: entry.threshold > 0 and owner.funder == Funder.BRAND,
        Kind.BUNDLE: entry.amount > 0 and owner.funder != Funder.KEEPER,
    }[entry.kind]
    at_least = min(entry.threshold, entry.amount, entry.per_person - 1, entry.supply or 1)
    if not fits or at_least < 0:
        raise PromotionAmount


def _offers_of(owner: Owner, currency: str, entry: NewPromotion) -> list[Offer]:
    if entry.kind not in {Kind.GIFT, Kind.BUNDLE}:
        return []
    rows = Offer.objects.filter(code__in=entry.parts).select_related("sku__product", "brand")
    offers = sorted(rows, key=lambda offer: offer.code)
    units = sum(entry.parts.values())
    too_few = units < 2 if entry.kind == Kind.BUNDLE else len(offers) != 1
    if too_few or len(offers) != len(entry.parts) or len(offers) > MOST_PARTS:
        raise PartsMissing
    if min(entry.parts.values()) < 1:
        raise PartsMissing
    load_prices(offers=offers, currencies=[currency])
    items = [_item(owner, offer, currency, entry) for offer in offers]
    if entry.kind == Kind.BUNDLE:
        _check_bundle(owner, currency, entry, items)
    return offers


def _item(owner: Owner, offer: Offer, currency: str, entry: NewPromotion) -> Item:
    """A part as the rules read it, at its price without any markup."""
    foreign = owner.brand is not None and offer.brand_id != owner.brand.id
    terms = terms_in(offer, currency=currency)
    if foreign or terms is None or offer.state != Offer.State.LISTED:
        raise PartForeign(title=_title(offer))
    if entry.kind == Kind.GIFT and offer.per_customer is not None:
        raise PartLimited(title=_title(offer))
    return Item(
        offer=offer.id,
        brand=offer.brand_id,
        quantity=entry.parts[offer.code],
        supply=terms.supply,
        sale=terms.sale,
        markup=0,
        rate_bp=terms.rate_bp,
    )


def _check_bundle(owner: Owner, currency: str, entry: NewPromotion, items: Sequence[Item]) -> None:
    """A bundle's price is below that of its goods one by one, and one that its funder can bear."""
    singly = sum(item.amount for item in items)
    if entry.amount >= singly:
        raise BundleTooDear
    parts = tuple((item.offer, item.quantity) for item in items)
    bundle = Bundle(uuid7(), RuleFunder(owner.funder), entry.amount, parts)
    least = singly - apply(items=items, bundles=[bundle]).total
    if least > entry.amount:
        raise BundleTooCheap(least=Money(least, currency))


def _title(offer: Offer) -> str:
    return f"{offer.sku.product.title} {offer.sku.label}".strip()


def _locked(owner: Owner, code: str) -> Promotion:
    promotion = owned(owner).select_for_update(of=("self",)).filter(code=code).first()
    if promotion is None:
        raise NotFound
    return promotion


def _move(
    promotion: Promotion, to: Promotion.State, *, reason: str, by: str, at: datetime
) -> Promotion:
    promotion.state = to
    promotion.save(update_fields=["state"])
    _note(promotion, reason=reason, by=by, at=at)
    return promotion


def _note(promotion: Promotion, *, reason: str = "", by: str, at: datetime) -> None:
    PromotionStep.objects.create(
        id=uuid7(), promotion=promotion, state=promotion.state, reason=reason[:300], by=by, at=at
    )
