"""The order desk: many requests in, an answer each, one transaction for all of them.

First come, first served: requests are answered in the order they are given. A refused request
writes nothing and spoils no neighbour. `place_order` is for one customer who waits: it goes with
whoever else of this process is waiting (see `kit.combining`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import IntegrityError

from shoal.kit import vault
from shoal.kit.asking import ask
from shoal.kit.bulk import Row, insert_new, one_message
from shoal.kit.combining import Combiner
from shoal.kit.errors import Busy, Refused
from shoal.kit.transactions import operation
from shoal.offers.steps import lock_purchases, note_purchases
from shoal.orders import pricing
from shoal.orders.books import Books, look_up
from shoal.orders.discounts import (
    Basket,
    Discounted,
    asked_claims,
    check_granted,
    check_promised,
    discounts_of,
)
from shoal.orders.models import Order, OrderLine, OrderStep, Parcel, Receipt
from shoal.orders.pricing import PricedLine
from shoal.orders.requests import AddressGone, KeyUsed, OrderRequest, Placed, WantedLine, digest_of
from shoal.orders.rows import OrderRows, order_rows
from shoal.payments.steps import IntentWanted, open_intents
from shoal.promotions.refusals import CouponUsed, GiftGone
from shoal.promotions.steps import Taken, lock_claims, take_promotions
from shoal.shops.models import Shop
from shoal.stock.steps import NewHold, hold, lock_available
from shoal.traffic.rules import Attribution, Evidence, attribute, may_earn

__all__ = ["KeyUsed", "OrderRequest", "Placed", "WantedLine", "place_order", "place_orders"]

_TRIES = 3
# An order's part of a batch is small beside the batch itself up to here; beyond it the first of a
# batch only waits longer for the last.
_MOST_TOGETHER = 64

# Every batch asks these: putting Django's questions together took longer than the answers.
_RECEIPTS = """
SELECT receipt.customer, receipt.key, receipt.digest,
    placed.id, placed.code, placed.total_minor, placed.currency, placed.expires_at
FROM orders_receipt receipt JOIN orders_order placed ON placed.id = receipt.order_id
WHERE receipt.customer = ANY(%s) AND receipt.key = ANY(%s)
"""


@dataclass(slots=True)
class _Draft:
    """A request on its way through the desk."""

    request: OrderRequest
    region: str
    address: bytes
    """The entry of her address book, sealed as it stands there; empty: the request says all."""
    shop: Shop
    lines: list[PricedLine]
    freight: Mapping[UUID, int]
    attribution: Attribution
    discounted: Discounted
    rows: OrderRows = field(init=False)


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


def place_order(*, request: OrderRequest) -> Placed | Refused:
    """This will place one order together with those that wait at this moment, or say why not.

    Raises Busy, with nothing written, when it was not its turn within ten seconds. Where the
    connection was lost meanwhile, asking again with the same key tells whether it was placed.
    """
    return _desk.ask(request)


@operation
def _place(requests: Sequence[OrderRequest]) -> list[Placed | Refused]:
    answers: dict[int, Placed | Refused] = _repeated(requests)
    fresh = [(place, wish) for place, wish in enumerate(requests) if place not in answers]
    fresh, doubles = _first_of_each_key(fresh)
    drafts: list[tuple[int, _Draft]] = []
    books = look_up([wish for _, wish in fresh])
    for place, wish in fresh:
        try:
            drafts.append((place, _draft(wish, books)))
        except Refused as refusal:
            answers[place] = _bare(refusal)
    _prepare([draft for _, draft in drafts], books)
    _lock(books, [draft for _, draft in drafts])
    taken: list[tuple[int, _Draft]] = []
    for place, draft in drafts:
        try:
            _take(draft, books)
            taken.append((place, draft))
        except Refused as refusal:
            answers[place] = _bare(refusal)
    with one_message() if len(taken) <= _MOST_TOGETHER else nullcontext():
        placed = _write([draft for _, draft in taken], books)
    answers |= {place: answer for (place, _), answer in zip(taken, placed, strict=True)}
    answers |= _taken_elsewhere(requests, answers)
    for place, first in doubles.items():
        same = digest_of(requests[place]) == digest_of(requests[first])
        answers[place] = answers[first] if same else KeyUsed()
    return [answers[place] for place in range(len(requests))]


_desk = Combiner[OrderRequest, Placed | Refused](
    lambda requests: place_orders(requests=requests), most=_MOST_TOGETHER, patience=10
)


def _repeated(requests: Sequence[OrderRequest]) -> dict[int, Placed | Refused]:
    # The index begins with the customer: without her it would be read whole.
    receipts = ask(
        _RECEIPTS, [[wish.customer for wish in requests], [wish.key for wish in requests]]
    )
    found = {(customer, key): receipt for customer, key, *receipt in receipts}
    answers: dict[int, Placed | Refused] = {}
    for place, wish in enumerate(requests):
        receipt = found.get((wish.customer, wish.key))
        if receipt is not None:
            digest, *placed = receipt
            answers[place] = Placed(*placed) if bytes(digest) == digest_of(wish) else KeyUsed()
    return answers


def _taken_elsewhere(
    requests: Sequence[OrderRequest], answers: Mapping[int, Placed | Refused]
) -> dict[int, Placed | Refused]:
    """Looks again at who is refused: what stands in her way may be her own order.

    Another process may have taken the same request in while this one waited for its locks.
    """
    refused = [place for place, answer in answers.items() if isinstance(answer, Refused)]
    if not refused:
        return {}
    found = _repeated([requests[place] for place in refused])
    return {refused[number]: answer for number, answer in found.items()}


def _bare(refusal: Refused) -> Refused:
    """Without where it was raised: whoever keeps it would keep what all of the batch wanted."""
    return refusal.with_traceback(None)


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


def _draft(wish: OrderRequest, books: Books) -> _Draft:
    """Checks everything that needs no lock."""
    region, address = _where_to(wish, books)
    shop = books.shops[wish.storefront]
    pricing.check_shop(shop)
    if not wish.lines:
        raise pricing.NothingChosen
    pricing.check_unpaid(unpaid=books.unpaid.get(wish.customer, 0))
    lines = []
    for wanted in wish.lines:
        offer = books.offers[wanted.offer]
        pricing.check_open(offer, at=wish.at)
        price = books.prices.get((shop.id, offer.id))
        if price is None:
            raise pricing.OfferClosed(title=pricing.named(offer))
        line = PricedLine(offer=offer, quantity=wanted.quantity, price=price)
        if line.unit_minor != wanted.unit_minor:
            raise pricing.PriceChanged(title=line.named)
        lines.append(line)
    share = books.shares.get(wish.share) if wish.share else None
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
        keepers=books.keepers,
    )
    attribution = attribute(evidence)
    basket = Basket(shop, attribution.earner, lines, books.automatic, wish.at)
    claims = asked_claims(basket, codes=wish.coupons, known=books.coupons, customer=wish.customer)
    discounted = discounts_of(basket, claims=claims)
    check_granted(discounted, claims=claims)
    check_promised(discounted, codes=wish.gifts)
    freight = pricing.freight_by_brand(lines, region=region)
    total = sum(line.line_minor for line in lines) + sum(freight.values()) - discounted.total
    if wish.total_minor not in {None, total}:
        raise pricing.TotalChanged
    return _Draft(wish, region, address, shop, lines, freight, attribution, discounted)


def _prepare(drafts: Sequence[_Draft], books: Books) -> None:
    """Makes everybody's rows before the locks: nobody waits for a lock while they are made."""
    sealed = vault.amend_many(
        (draft.request.customer, draft.address, draft.request.recipient) for draft in drafts
    )
    for draft, blob in zip(drafts, sealed, strict=True):
        draft.rows = _rows(draft, books, sealed=blob)


def _rows(draft: _Draft, books: Books, *, sealed: bytes) -> OrderRows:
    return order_rows(
        draft.request,
        region=draft.region,
        shop=draft.shop,
        lines=draft.lines,
        freight=draft.freight,
        discounted=draft.discounted,
        attribution=draft.attribution,
        sealed=sealed,
        by=books.customers[draft.request.customer],
    )


def _where_to(wish: OrderRequest, books: Books) -> tuple[str, bytes]:
    if not wish.address:
        return wish.region, b""
    found = books.addresses.get((wish.customer, wish.address))
    if found is None:
        raise AddressGone
    return found.region, found.sealed


def _lock(books: Books, drafts: Sequence[_Draft]) -> None:
    """Takes the locks of the whole batch, late and in one order: limits, coupons, stock."""
    pairs = sorted(
        {
            (line.offer.id, draft.request.customer)
            for draft in drafts
            for line in draft.lines
            if line.offer.per_customer is not None
        }
    )
    if pairs:
        books.bought.update(lock_purchases(pairs=pairs))
        books.limited = dict(books.bought)
    granted = [row for draft in drafts for row in draft.discounted.granted]
    claims = {row.claim.id for row in granted if row.claim}
    if claims:
        books.claims = lock_claims(claims)
    given = {row.gift.offer.allotment_id for row in granted if row.gift}
    sold = {line.offer.allotment_id for draft in drafts for line in draft.lines}
    books.available = lock_available(allotments=sold | given)


def _take(draft: _Draft, books: Books) -> None:
    """Takes the draft's units and coupons from what is left for this batch, all or none."""
    left, bought = Counter[UUID](), Counter[tuple[UUID, UUID]]()
    for line in draft.lines:
        allotment, pair = line.offer.allotment_id, (line.offer.id, draft.request.customer)
        pricing.check_stock(line, available=books.available[allotment] - left[allotment])
        if line.offer.per_customer is not None:
            pricing.check_limit(line, bought=books.bought[pair] + bought[pair])
            bought[pair] += line.quantity
        left[allotment] += line.quantity
    claims = [row.claim for row in draft.discounted.granted if row.claim]
    for claim in claims:
        if claim.id not in books.claims or books.claims[claim.id].used_by is not None:
            raise CouponUsed(title=claim.promotion.named)
    _take_gifts(draft, books, left)
    # Two requests of one batch that want the same coupon: the first one has it.
    for claim in claims:
        del books.claims[claim.id]
    for allotment, quantity in left.items():
        books.available[allotment] -= quantity
    books.bought.update(bought)


def _take_gifts(draft: _Draft, books: Books, left: Counter[UUID]) -> None:
    """Keeps the gifts that are still there; one that the customer was shown has to be."""
    kept = []
    for row in draft.discounted.granted:
        if row.gift is not None:
            allotment = row.gift.offer.allotment_id
            if books.available[allotment] - left[allotment] < row.gift.quantity:
                if row.promotion.code in draft.request.gifts:
                    raise GiftGone(title=row.promotion.named)
                continue
            left[allotment] += row.gift.quantity
        kept.append(row)
    if len(kept) < len(draft.discounted.granted):
        draft.discounted = replace(draft.discounted, granted=tuple(kept))
        draft.rows = _rows(draft, books, sealed=draft.rows.order["sealed"])


def _write(drafts: Sequence[_Draft], books: Books) -> list[Placed]:
    made = [draft.rows for draft in drafts]
    orders = [one.order for one in made]
    insert_new(Order, orders)
    insert_new(Parcel, [parcel for one in made for parcel in one.parcels])
    insert_new(OrderLine, [line for one in made for line in one.lines])
    _note_customers(books)
    take_promotions(wants=_taken(drafts), by="desk")
    insert_new(OrderStep, [one.step for one in made])
    insert_new(Receipt, [one.receipt for one in made])
    hold(
        holds=[
            NewHold(line["id"], line["allotment_id"], line["quantity"], one.order["placed_at"])
            for one in made
            for line in one.lines
        ],
        by="desk",
    )
    if orders:
        open_intents(wants=[_intent(order) for order in orders], at=orders[-1]["placed_at"])
    return [_placed(order) for order in orders]


def _taken(drafts: Sequence[_Draft]) -> list[Taken]:
    return [
        Taken(
            promotion=row.promotion.id,
            claim=row.claim.id if row.claim else None,
            order=draft.rows.order["id"],
            amount=row.amount,
            times=row.times,
            at=draft.request.at,
        )
        for draft in drafts
        for row in draft.discounted.granted
    ]


def _intent(order: Row) -> IntentWanted:
    return IntentWanted(order["id"], order["customer_id"], order["total_minor"], order["currency"])


def _note_customers(books: Books) -> None:
    """Writes the customers' counts of limited offers, whose rows `_lock` holds."""
    changed = {
        pair: books.bought[pair]
        for pair, before in books.limited.items()
        if books.bought[pair] != before
    }
    note_purchases(units=changed)


def _placed(order: Row) -> Placed:
    return Placed(
        order["id"], order["code"], order["total_minor"], order["currency"], order["expires_at"]
    )
