"""The demo's orders: three weeks in every state, and a few days before that are settled."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from shoal.demo.goods import Supplier, Tell
from shoal.offers.queries import open_offers
from shoal.orders.desk import OrderRequest, Placed, WantedLine, place_orders
from shoal.orders.operations import (
    ask_refund,
    cancel_order,
    complete_orders,
    decide_refund,
    expire_orders,
)
from shoal.orders.promoting import Buyer
from shoal.orders.queries import order_by_code, parcels_of_orders
from shoal.orders.quotes import quote
from shoal.orders.shipping import Delivery, Shipment, deliver_parcels, report_problem, ship_parcels
from shoal.payments.models import Refund
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.queries import all_refunds, open_intents_of
from shoal.payments.rules import Kind
from shoal.people.models import Person
from shoal.people.queries import addresses_of
from shoal.shops.models import Shop
from shoal.traffic.models import Share
from shoal.traffic.operations import make_share

_KEYS = UUID("2f9d3c0e-6c55-5d5c-8f38-1d1b7a6f2f10")
_DAYS = 21
# Days before the three weeks, so long ago that what they earned is settled before any month that
# is not over. The latest arrives and is complete by `SETTLED`, days before the demo starts.
_EARLY = (48, 47, 46, 45)
SETTLED = 34
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def trade(
    *,
    shops: Sequence[Shop],
    keepers: Sequence[Person],
    customers: Sequence[Person],
    suppliers: Sequence[Supplier],
    operators: Sequence[Person],
    random: Random,
    at: datetime,
    tell: Tell,
) -> None:
    """This will let the customers buy, day by day until `at`, and everybody else do their part."""
    # Before the first orders, which come through them.
    shares = _shares(shops, keepers, suppliers, at - _DAYS * _DAY - 60 * _MINUTE)
    for day in range(_DAYS, -1, -1):
        tell("days of trade", _DAYS - day, _DAYS)
        moment = at - day * _DAY
        placed = _place(day, shops, shares, customers, random, moment)
        paid = [order for order in placed if random.random() < 0.9]
        _pay(paid, moment)
        expire_orders(at=moment)
        _change_minds(placed, day, moment)
        if day:
            _send(suppliers, paid, day, moment)
        complete_orders(at=moment)
        if day == _DAYS // 2:
            _give_back(paid[-1], operators, moment)
        _return_money(moment)


def trade_early(
    *,
    shops: Sequence[Shop],
    customers: Sequence[Person],
    suppliers: Sequence[Supplier],
    at: datetime,
) -> None:
    """This will let the customers buy on a few days long before `at`, and settle it all.

    They draw lots of their own: what is bought in the three weeks does not hang on them.
    """
    random = Random(_EARLY[0])
    for day in _EARLY:
        moment = at - day * _DAY
        placed = _place(day, shops, [], customers, random, moment)
        _pay(placed, moment)
        _send(suppliers, placed, day, moment)
    complete_orders(at=at - SETTLED * _DAY)


def _shares(
    shops: Sequence[Shop],
    keepers: Sequence[Person],
    suppliers: Sequence[Supplier],
    at: datetime,
) -> list[Share]:
    return [
        make_share(
            shop=shop,
            thing=Share.Thing.PRODUCT,
            thing_code=suppliers[place % len(suppliers)].products[0].code,
            by=keeper.code,
            at=at,
        )
        for place, (shop, keeper) in enumerate(zip(shops, keepers, strict=True))
    ]


def _place(
    day: int,
    shops: Sequence[Shop],
    shares: Sequence[Share],
    customers: Sequence[Person],
    random: Random,
    at: datetime,
) -> list[Placed]:
    """A day's orders: most in the leading shop, a third through somebody's share."""
    offers = [offer.id for offer in open_offers(at=at)]
    requests = []
    for number in range(random.randint(7, 14)):
        place = min(int(random.expovariate(0.45)), len(shops) - 1)
        customer = random.choice(customers)
        address = addresses_of(customer)[0]
        wanted = [
            (offer, random.choice((1, 1, 1, 2)))
            for offer in random.sample(offers, random.randint(1, 3))
        ]
        moment = at - random.randint(5, 25) * _MINUTE
        share = shares[place].id if random.random() < 0.35 and shares else None
        buyer = Buyer(customer.id, share)
        priced = quote(
            shop=shops[place], wanted=wanted, region=address.region, at=moment, buyer=buyer
        )
        lines = tuple(
            WantedLine(row.line.offer.id, row.line.quantity, row.line.unit_minor)
            for row in priced.lines
            if row.problem is None
        )
        requests.append(
            OrderRequest(
                key=uuid5(_KEYS, f"{day}-{number}"),
                customer=customer.id,
                storefront=shops[place].id,
                share=share,
                lines=lines,
                recipient={
                    "recipient": address.recipient,
                    "phone": address.phone,
                    "province": address.province,
                    "city": address.city,
                    "district": address.district,
                    "street": address.street,
                },
                region=address.region,
                at=moment,
                coupons=tuple(row.claim.code for row in priced.coupons if row.chosen),
            )
        )
    return [row for row in place_orders(requests=requests) if isinstance(row, Placed)]


def _pay(placed: Sequence[Placed], at: datetime) -> None:
    intents = open_intents_of(subjects=[row.order for row in placed])
    notices = [
        ProviderNotice(
            provider=intent.provider,
            event=f"demo-{intent.code}",
            kind=Kind.CAPTURED,
            code=intent.code,
            amount=intent.amount,
            currency=intent.currency,
            happened_at=at - 2 * _MINUTE,
        )
        for intent in intents
    ]
    if notices:
        record_notices(notices=notices, at=at - 2 * _MINUTE)


def _send(suppliers: Sequence[Supplier], paid: Sequence[Placed], day: int, at: datetime) -> None:
    """Warehouses send what came in: within a day it leaves, after three it is there."""
    owners = {row.brand.id: row.owner.code for row in suppliers}
    parcels = parcels_of_orders(orders=[row.order for row in paid])
    sent: dict[UUID, list[Shipment]] = defaultdict(list)
    for number, parcel in enumerate(parcels):
        brand, code = parcel.brand_id, parcel.code
        if day == 2 and number == 0:
            reason = "外箱受潮，正在换箱"
            report_problem(brand=brand, parcel=code, reason=reason, by=owners[brand], at=at)
            continue
        tracking = f"SF{day:02}{number:06}"
        sent[brand].append(Shipment(brand, code, "顺丰速运", tracking, at + 8 * _MINUTE))
    for brand, shipments in sent.items():
        ship_parcels(shipments=shipments, by=owners[brand])
    if day > 3:
        there_at = at + 3 * _DAY
        arrived = [Delivery(parcel.brand_id, parcel.code, there_at) for parcel in parcels]
        deliver_parcels(deliveries=arrived, by="carrier")


def _change_minds(placed: Sequence[Placed], day: int, at: datetime) -> None:
    """Every fifth day somebody cancels; nothing has left yet."""
    if day % 5 or not placed:
        return
    order = order_by_code(code=placed[0].code)
    customer = order.customer
    cancel_order(customer=customer.id, code=order.code, reason="拍错了", by=customer.code, at=at)


def _give_back(order: Placed, operators: Sequence[Person], at: datetime) -> None:
    """Two operators give a paid order back."""
    asked = ask_refund(code=order.code, reason="运输途中丢失", by=operators[0].code, at=at)
    decide_refund(code=asked.code, approve=True, by=operators[1].code, at=at)


def _return_money(at: datetime) -> None:
    """The payment partner tells that each refund asked for has reached its payer."""
    waiting = [row for row in all_refunds() if row.state != Refund.State.DONE]
    notices = [
        ProviderNotice(
            provider=refund.intent.provider,
            event=f"demo-{refund.code}",
            kind=Kind.REFUNDED,
            code=refund.code,
            amount=refund.amount,
            currency=refund.currency,
            happened_at=at,
        )
        for refund in waiting
    ]
    if notices:
        record_notices(notices=notices, at=at)
