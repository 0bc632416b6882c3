"""Orders for tests: Alice buys in Mei's shop what 海风 supplies, through the same operations."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from shoal.brands.models import Brand
from shoal.kit.ids import short_code
from shoal.kit.transactions import operation
from shoal.offers.models import Offer
from shoal.orders.desk import OrderRequest, Placed, WantedLine, place_orders
from shoal.orders.models import Order, Parcel
from shoal.orders.refunds import LinePart, PartsBack, refund_parts
from shoal.orders.shipping import Delivery, Shipment, deliver_parcels, ship_parcels
from shoal.orders.steps import lock_orders
from shoal.payments.models import Intent, Refund
from shoal.payments.operations import Payer, record_notices, start_payment
from shoal.payments.providers import Client, ProviderDown, ProviderNotice
from shoal.payments.queries import intent_for
from shoal.payments.rules import Kind
from shoal.payments.steps import lock_intents
from shoal.people.models import Person
from shoal.people.operations import NewPerson, add_people
from shoal.shops.models import Shop
from shoal.shops.operations import open_shop
from tests import goods

AT = goods.AT
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HOME_PAGE = "https://shop.example/"
HOME = {"recipient": "李爱丽", "phone": "+8613800000001", "street": "海边路 1 号"}


@dataclass(frozen=True, slots=True)
class Market:
    """One brand with an offer, Mei who keeps a shop, Alice and Bob who buy."""

    brand: Brand
    offer: Offer
    shop: Shop
    mei: Person
    alice: Person
    bob: Person


def open_market(
    *, stock: int = 10, per_customer: int | None = None, currency: str = "CNY"
) -> Market:
    """A market with `stock` units of one offer: 100.00, of which 海风 70, Mei 20, Shoal 10."""
    mei, alice, bob = add_people(
        entries=[
            NewPerson(phone="13800000010", name="美"),
            NewPerson(phone="13800000011", name="李爱丽"),
            NewPerson(phone="13800000012", name="Bob", language="en"),
        ],
        at=AT,
    )
    brand = goods.active_brand(currency=currency)
    offer = standing_offer(brand, stock=stock, per_customer=per_customer, currency=currency)
    shop = open_shop(person=mei, name="美的小店", currency=currency, at=AT)
    return Market(brand, offer, shop, mei, alice, bob)


def standing_offer(
    brand: Brand, *, stock: int = 10, per_customer: int | None = None, currency: str = "CNY"
) -> Offer:
    """An offer of a new product, with `stock` units in the warehouse."""
    from shoal.offers.making import NewOffer
    from shoal.offers.operations import list_standing_offers

    product = goods.live_product(brand, short_code(6), stock=stock)
    entry = NewOffer(
        sku=product.skus.all()[0].id,
        terms=goods.terms(currency=currency),
        per_customer=per_customer,
    )
    return list_standing_offers(brand=brand, entries=[entry], by="owner", at=AT)[0]


def wish(
    market: Market,
    *,
    quantity: int = 1,
    customer: Person | None = None,
    key: UUID | None = None,
    offers: tuple[Offer, ...] = (),
    unit_minor: int | None = None,
    share: UUID | None = None,
    coupons: tuple[str, ...] = (),
    gifts: tuple[str, ...] = (),
    at: datetime = AT + MINUTE,
) -> OrderRequest:
    """A request for `quantity` of each offer (default: the market's) at the price shown."""
    return OrderRequest(
        key=key or uuid4(),
        customer=(customer or market.alice).id,
        storefront=market.shop.id,
        share=share,
        lines=tuple(
            WantedLine(offer.id, quantity, offer.sale_minor if unit_minor is None else unit_minor)
            for offer in offers or (market.offer,)
        ),
        recipient=HOME,
        region="330100",
        at=at,
        coupons=coupons,
        gifts=gifts,
    )


def order(market: Market, **changes: object) -> Order:
    """An order that the desk took."""
    answer = place_orders(requests=[wish(market, **changes)])[0]  # type: ignore[arg-type]
    assert isinstance(answer, Placed), answer
    return Order.objects.get(id=answer.order)


def pay(
    placed: Order,
    *,
    at: datetime = AT + 2 * MINUTE,
    event: str | None = None,
    intents: Sequence[Intent] = (),
) -> None:
    """The provider says that `intents` were captured: by default the order's only one."""
    notices = [
        ProviderNotice(
            provider=intent.provider,
            event=event or f"event-{intent.code}",
            kind=Kind.CAPTURED,
            code=intent.code,
            amount=intent.amount,
            currency=intent.currency,
            happened_at=at,
        )
        for intent in intents or [Intent.objects.get(subject=placed.id)]
    ]
    record_notices(notices=notices, at=at)
    placed.refresh_from_db()


def begin_to_pay(placed: Order, *, client: Client, at: datetime = AT + 2 * MINUTE) -> Intent:
    """She chooses a way to pay, and its partner is away; returns what she would pay by it."""
    payer = Payer(provider="sandbox", client=client)
    with suppress(ProviderDown):
        start_payment(
            intent=intent_for(subject=placed.id),
            return_url="https://shop.example/",
            at=at,
            payer=payer,
        )
    return intent_for(subject=placed.id)


def ship(placed: Order, *, at: datetime = AT + DAY) -> None:
    """Every waiting parcel of the order leaves."""
    shipments = [
        Shipment(row.brand_id, row.code, "顺丰", "SF1", at)
        for row in Parcel.objects.filter(order=placed, state="waiting")
    ]
    assert all(isinstance(row, Parcel) for row in ship_parcels(shipments=shipments, by="owner"))
    placed.refresh_from_db()


def deliver(placed: Order, *, at: datetime = AT + 3 * DAY) -> None:
    """Every parcel under way arrives."""
    deliveries = [
        Delivery(row.brand_id, row.code, at)
        for row in Parcel.objects.filter(order=placed, state="shipped")
    ]
    assert all(
        isinstance(row, Parcel) for row in deliver_parcels(deliveries=deliveries, by="owner")
    )
    placed.refresh_from_db()


def give_back(
    placed: Order,
    *,
    units: int = 0,
    amount: int | None = None,
    freight: int = 0,
    restock: bool = False,
    subject: UUID | None = None,
    at: datetime = AT + 5 * DAY,
) -> int:
    """A part of the order's first line, and of its first parcel's freight, goes back."""
    line, parcel = placed.lines.order_by("number")[0], placed.parcels.order_by("id")[0]
    parts = [LinePart(line.id, units, amount, restock)] if units or amount else []
    given = _give_back(
        placed.id, subject or uuid4(), parts, {parcel.id: freight} if freight else {}, at
    )
    placed.refresh_from_db()
    return given


@operation
def _give_back(
    order: UUID, subject: UUID, parts: list[LinePart], freight: dict[UUID, int], at: datetime
) -> int:
    lock_intents(subjects=[order])
    wanted = PartsBack(lock_orders([order])[order], subject, parts, freight, "test", at)
    return refund_parts([wanted], by="olga")[0]


def money_arrives_back(*, at: datetime = AT + 6 * DAY) -> None:
    """The provider says that every refund on its way has reached its payer."""
    for refund in Refund.objects.exclude(state=Refund.State.DONE).select_related("intent"):
        notice = ProviderNotice(
            provider=refund.intent.provider,
            event=f"back-{refund.code}",
            kind=Kind.REFUNDED,
            code=refund.code,
            amount=refund.amount,
            currency=refund.currency,
            happened_at=at,
        )
        record_notices(notices=[notice], at=at)


def is_sound() -> bool:
    """Whether the doctor finds nothing wrong in any module that trade goes through."""
    from shoal.care import doctor as care
    from shoal.ledger import doctor as ledger
    from shoal.orders import doctor as orders
    from shoal.payments import doctor as payments
    from shoal.promotions import doctor as promotions
    from shoal.reconciliation import doctor as reconciliation
    from shoal.settlement import doctor as settlement
    from shoal.stock import doctor as stock

    wrong = [
        check
        for module in (
            stock,
            ledger,
            payments,
            promotions,
            orders,
            settlement,
            care,
            reconciliation,
        )
        for check in module.checks()
        if not (check.ok or check.warning)
    ]
    assert not wrong, wrong
    return True
