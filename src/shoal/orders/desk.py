"""The order desk: many requests in, an answer each, one transaction for all of them.

First come, first served: requests are answered in the order they are given. A refused request
writes nothing and spoils no neighbour.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Count

from shoal.kit import vault
from shoal.kit.bulk import update_rows
from shoal.kit.errors import Busy, Refused
from shoal.kit.ids import short_code, uuid7
from shoal.kit.transactions import operation
from shoal.offers.models import Offer, Purchase
from shoal.orders import pricing
from shoal.orders.models import Order, OrderLine, OrderStep, Parcel, Receipt
from shoal.orders.pricing import PricedLine
from shoal.orders.requests import KeyUsed, OrderRequest, Placed, WantedLine, digest_of
from shoal.orders.rules import SHARING_RULE, UNPAID_WITHIN, included_tax, share_line
from shoal.payments.steps import IntentWanted, open_intents
from shoal.people.queries import codes_of
from shoal.shelves.queries import prices_in
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop
from shoal.shops.queries import keepers_of
from shoal.stock.steps import NewHold, hold, lock_available
from shoal.traffic.models import Share
from shoal.traffic.rules import Attribution, Evidence, attribute, may_earn

__all__ = ["KeyUsed", "OrderRequest", "Placed", "WantedLine", "place_orders"]

_TRIES = 3


@dataclass(slots=True)
class _Draft:
    """A request on its way through the desk."""

    request: OrderRequest
    shop: Shop
    lines: list[PricedLine]
    freight: Mapping[UUID, int]
    attribution: Attribution


@dataclass(slots=True)
class _Counter:
    """What the batch has looked up, and what is left as its requests are answered in turn."""

    offers: Mapping[UUID, Offer]
    shops: Mapping[UUID, Shop]
    shares: Mapping[UUID, Share]
    keepers: Mapping[UUID, UUID]
    customers: Mapping[UUID, str]
    prices: Mapping[tuple[UUID, UUID], ShopPrice]
    unpaid: Mapping[UUID, int]
    available: dict[UUID, int] = field(default_factory=dict)
    bought: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    limited: Mapping[tuple[UUID, UUID], Purchase] = field(default_factory=dict)


def place_orders(*, requests: Sequence[OrderRequest]) -> list[Placed | Refused]:
    """This will place each request's order, or say why not; answers come in the same order.

    Stock is held until the order is paid or expires. Repeating a request (same customer and key)
    returns the same answer and writes nothing. Raises Busy, with nothing written, when locks are
    not had in time.
    """
    for _ in range(_TRIES):
        try:
            return _place(requests)
        except IntegrityError as error:
            # The same request came in twice at one moment: the other one's receipt is there now.
            if "one_receipt" not in str(error):
                raise
    raise Busy


@operation
def _place(requests: Sequence[OrderRequest]) -> list[Placed | Refused]:
    answers: dict[int, Placed | Refused] = _repeated(requests)
    fresh = [(place, wish) for place, wish in enumerate(requests) if place not in answers]
    fresh, doubles = _first_of_each_key(fresh)
    drafts: list[tuple[int, _Draft]] = []
    counter = _look_up([wish for _, wish in fresh])
    for place, wish in fresh:
        try:
            drafts.append((place, _draft(wish, counter)))
        except Refused as refusal:
            answers[place] = refusal
    _lock(counter, [draft for _, draft in drafts])
    taken: list[tuple[int, _Draft]] = []
    for place, draft in drafts:
        try:
            _take(draft, counter)
            taken.append((place, draft))
        except Refused as refusal:
            answers[place] = refusal
    placed = _write([draft for _, draft in taken], counter)
    answers |= {place: answer for (place, _), answer in zip(taken, placed, strict=True)}
    answers |= {place: answers[first] for place, first in doubles.items()}
    return [answers[place] for place in range(len(requests))]


def _repeated(requests: Sequence[OrderRequest]) -> dict[int, Placed | Refused]:
    keys = {(wish.customer, wish.key): place for place, wish in enumerate(requests)}
    receipts = Receipt.objects.filter(key__in=[key for _, key in keys]).select_related("order")
    found = {(row.customer, row.key): row for row in receipts}
    answers: dict[int, Placed | Refused] = {}
    for place, wish in enumerate(requests):
        receipt = found.get((wish.customer, wish.key))
        if receipt is not None:
            same = bytes(receipt.digest) == digest_of(wish)
            answers[place] = _placed(receipt.order) if same else KeyUsed()
    return answers


def _first_of_each_key(
    fresh: list[tuple[int, OrderRequest]],
) -> tuple[list[tuple[int, OrderRequest]], dict[int, int]]:
    """Splits off requests that repeat an earlier one of the same batch: they get its answer."""
    first: dict[tuple[UUID, UUID], int] = {}
    doubles: dict[int, int] = {}
    for place, wish in fresh:
        earlier = first.setdefault((wish.customer, wish.key), place)
        if earlier != place:
            doubles[place] = earlier
    return [(place, wish) for place, wish in fresh if place not in doubles], doubles


def _look_up(requests: Sequence[OrderRequest]) -> _Counter:
    asked = {wish.share for wish in requests if wish.share}
    shares = Share.objects.select_related("shop").in_bulk(asked)
    shops = Shop.objects.in_bulk({wish.storefront for wish in requests})
    offers = pricing.load_offers(
        (line.offer for wish in requests for line in wish.lines),
        currencies={shop.currency for shop in shops.values()},
    )
    wanted: dict[UUID, set[UUID]] = {}
    for wish in requests:
        wanted.setdefault(wish.storefront, set()).update(line.offer for line in wish.lines)
    found = prices_in(
        wanted={
            shops[shop]: [offers[offer] for offer in ids if offer in offers]
            for shop, ids in wanted.items()
        }
    )
    earners = set(shops) | {share.shop_id for share in shares.values()}
    return _Counter(
        offers=offers,
        shops=shops,
        shares=shares,
        keepers=keepers_of(shops=earners),
        customers=codes_of(people={wish.customer for wish in requests}),
        prices=found,
        unpaid=_unpaid(requests),
    )


def _unpaid(requests: Sequence[OrderRequest]) -> Mapping[UUID, int]:
    """How many orders each customer has left unpaid lately.

    Requests of one batch, or of one moment, do not count against each other: this keeps hoarders
    out, and need not be exact.
    """
    if not requests:
        return {}
    rows = Order.objects.filter(
        customer__in={wish.customer for wish in requests},
        paid_at=None,
        placed_at__gt=min(wish.at for wish in requests) - UNPAID_WITHIN,
    )
    return dict(rows.order_by().values_list("customer").annotate(count=Count("id")))


def _draft(wish: OrderRequest, counter: _Counter) -> _Draft:
    """Checks everything that needs no lock."""
    shop = counter.shops[wish.storefront]
    pricing.check_shop(shop)
    if not wish.lines:
        raise pricing.NothingChosen
    pricing.check_unpaid(unpaid=counter.unpaid.get(wish.customer, 0))
    lines = []
    for wanted in wish.lines:
        offer = counter.offers[wanted.offer]
        pricing.check_open(offer, at=wish.at)
        price = counter.prices.get((shop.id, offer.id))
        if price is None:
            raise pricing.OfferClosed(title=pricing.title_of(offer))
        line = PricedLine(offer=offer, quantity=wanted.quantity, price=price)
        if line.unit_minor != wanted.unit_minor:
            raise pricing.PriceChanged(title=line.title)
        lines.append(line)
    share = counter.shares.get(wish.share) if wish.share else None
    if share is not None and not may_earn(
        suspended=share.shop.state == Shop.State.SUSPENDED,
        same_currency=share.shop.currency == shop.currency,
    ):
        share = None
    evidence = Evidence(
        customer=wish.customer,
        storefront=shop.id,
        share=share.id if share else None,
        share_shop=share.shop_id if share else None,
        keepers=counter.keepers,
    )
    freight = pricing.freight_by_brand(lines, region=wish.region)
    total = sum(line.line_minor for line in lines) + sum(freight.values())
    if wish.total_minor not in {None, total}:
        raise pricing.TotalChanged
    return _Draft(wish, shop, lines, freight, attribute(evidence))


def _lock(counter: _Counter, drafts: Sequence[_Draft]) -> None:
    """Takes the locks of the whole batch, late and in one order: limits first, then stock."""
    pairs = sorted(
        {
            (line.offer.id, draft.request.customer)
            for draft in drafts
            for line in draft.lines
            if line.offer.per_customer is not None
        }
    )
    if pairs:
        Purchase.objects.bulk_create(
            [Purchase(id=uuid7(), offer_id=offer, customer=customer) for offer, customer in pairs],
            ignore_conflicts=True,
        )
        rows = (
            Purchase.objects.select_for_update()
            .filter(offer__in={pair[0] for pair in pairs}, customer__in={pair[1] for pair in pairs})
            .order_by("offer", "customer")
        )
        counter.limited = {(row.offer_id, row.customer): row for row in rows}
        counter.bought.update({pair: row.quantity for pair, row in counter.limited.items()})
    counter.available = lock_available(
        allotments={line.offer.allotment_id for draft in drafts for line in draft.lines}
    )


def _take(draft: _Draft, counter: _Counter) -> None:
    """Takes the draft's units from what is left for this batch, all of them or none."""
    left, bought = Counter[UUID](), Counter[tuple[UUID, UUID]]()
    for line in draft.lines:
        allotment, pair = line.offer.allotment_id, (line.offer.id, draft.request.customer)
        pricing.check_stock(line, available=counter.available[allotment] - left[allotment])
        if line.offer.per_customer is not None:
            pricing.check_limit(line, bought=counter.bought[pair] + bought[pair])
            bought[pair] += line.quantity
        left[allotment] += line.quantity
    for allotment, quantity in left.items():
        counter.available[allotment] -= quantity
    counter.bought.update(bought)


def _write(drafts: Sequence[_Draft], counter: _Counter) -> list[Placed]:
    sealed = vault.seal_many((draft.request.customer, draft.request.recipient) for draft in drafts)
    orders = [_order(draft, blob) for draft, blob in zip(drafts, sealed, strict=True)]
    parcels: list[Parcel] = []
    lines: list[OrderLine] = []
    for draft, order in zip(drafts, orders, strict=True):
        own = {brand: _parcel(order, brand, minor) for brand, minor in draft.freight.items()}
        parcels += own.values()
        lines += [
            _line(order, own[line.offer.brand_id], number, line)
            for number, line in enumerate(draft.lines, start=1)
        ]
    Order.objects.bulk_create(orders)
    Parcel.objects.bulk_create(parcels)
    OrderLine.objects.bulk_create(lines)
    _note_customers(counter)
    OrderStep.objects.bulk_create(
        OrderStep(
            id=uuid7(),
            order=order,
            state=order.state,
            by=counter.customers[order.customer_id],
            at=order.placed_at,
        )
        for order in orders
    )
    Receipt.objects.bulk_create(
        Receipt(
            id=uuid7(),
            customer=draft.request.customer,
            key=draft.request.key,
            order=order,
            digest=digest_of(draft.request),
        )
        for draft, order in zip(drafts, orders, strict=True)
    )
    placed_at = {order.id: order.placed_at for order in orders}
    hold(
        holds=[
            NewHold(line.id, line.allotment_id, line.quantity, placed_at[line.order_id])
            for line in lines
        ],
        by="desk",
    )
    if orders:
        open_intents(wants=[_intent(order) for order in orders], at=orders[-1].placed_at)
    return [_placed(order) for order in orders]


def _order(draft: _Draft, sealed: bytes) -> Order:
    wish, attribution = draft.request, draft.attribution
    goods = sum(line.line_minor for line in draft.lines)
    freight = sum(draft.freight.values())
    return Order(
        id=uuid7(),
        code=short_code(),
        customer_id=wish.customer,
        storefront=draft.shop,
        earner_id=attribution.earner,
        share_id=attribution.share,
        attribution=attribution.reason,
        attribution_rule=attribution.rule,
        currency=draft.shop.currency,
        goods_minor=goods,
        freight_minor=freight,
        total_minor=goods + freight,
        region=wish.region,
        sealed=sealed,
        placed_at=wish.at,
        expires_at=wish.at + settings.SHOAL_UNPAID_AFTER,
    )


def _intent(order: Order) -> IntentWanted:
    return IntentWanted(order.id, order.customer_id, order.total_minor, order.currency)


def _parcel(order: Order, brand: UUID, freight: int) -> Parcel:
    return Parcel(id=uuid7(), code=short_code(), order=order, brand_id=brand, freight_minor=freight)


def _line(order: Order, parcel: Parcel, number: int, line: PricedLine) -> OrderLine:
    offer, product = line.offer, line.offer.sku.product
    parts = share_line(
        sale=line.terms.sale,
        supply=line.terms.supply,
        markup=line.markup,
        rate_bp=line.terms.rate_bp,
        quantity=line.quantity,
        earns=order.earner_id is not None,
    )
    promised: int | None = offer.return_days
    return OrderLine(
        id=uuid7(),
        order=order,
        parcel=parcel,
        number=number,
        offer=offer,
        offer_version=offer.version,
        sku=offer.sku,
        allotment_id=offer.allotment_id,
        titles=product.titles,
        quantity=line.quantity,
        supply_minor=line.terms.supply,
        sale_minor=line.terms.sale,
        markup_minor=line.markup,
        rate_bp=line.terms.rate_bp,
        line_minor=parts.line,
        brand_minor=parts.brand,
        keeper_minor=parts.keeper,
        platform_minor=parts.platform,
        tax_bp=product.category.tax_bp,
        tax_minor=included_tax(amount=parts.line, tax_bp=product.category.tax_bp),
        rule=SHARING_RULE,
        return_days=settings.SHOAL_AFTER_SALES.days if promised is None else promised,
    )


def _note_customers(counter: _Counter) -> None:
    """Writes the customers' counts of limited offers, whose rows `_lock` holds."""
    changed = []
    for pair, row in counter.limited.items():
        if row.quantity != counter.bought[pair]:
            row.quantity = counter.bought[pair]
            changed.append(row)
    if changed:
        update_rows(changed, ["quantity"])


def _placed(order: Order) -> Placed:
    return Placed(order.id, order.code, order.total_minor, order.currency, order.expires_at)
