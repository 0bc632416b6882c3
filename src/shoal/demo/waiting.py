"""What waits on the operator's desk when the demo starts: one thing of each kind."""

from datetime import datetime, timedelta

from shoal.brands.models import Brand
from shoal.brands.operations import (
    apply_brand,
    ask_for_sample,
    hand_in_paper,
    judge_paper,
    report_counterfeit,
)
from shoal.brands.queries import brand_file
from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.operations import add_product, propose_product
from shoal.catalog.operations_pictures import NewPicture, add_pictures
from shoal.catalog.operations_revisions import propose_revision
from shoal.demo.admission import KINDS, draw_paper
from shoal.demo.drawings import VIEWS, draw, draw_banner
from shoal.demo.goods import CURRENCY, PICTURE, Supplier, png
from shoal.demo.people import add_named
from shoal.offers.making import NewOffer
from shoal.offers.operations import apply_for_sale, draft_sale, set_sale_cover
from shoal.offers.queries import standing_offers
from shoal.offers.queries_terms import terms_of
from shoal.orders.models import Order
from shoal.orders.operations import ask_refund
from shoal.orders.queries import orders_of_all
from shoal.people.models import Person
from shoal.settlement.accounts import AccountGiven, give_account
from shoal.settlement.deposits import note_deposit
from shoal.settlement.goodwill import ask_goodwill
from shoal.settlement.models_payouts import PayoutAccount
from shoal.settlement.parties import brand_party
from shoal.stock.operations import receive_goods
from shoal.stock.steps import Quantity

_HOUR = timedelta(hours=1)
_APPLICANTS = (
    (
        {"zh": "屿光", "en": "Isle Light"},
        {"zh": "在舟山的小岛上做玻璃灯。", "en": "Glass lamps from a small island."},
    ),
    (
        {"zh": "谷雨米铺", "en": "Guyu Rice"},
        {"zh": "三代人种同一片田。", "en": "One field, three generations."},
    ),
)
_FIRST_APPLICANT = 150


def leave_waiting(
    *, suppliers: list[Supplier], operators: list[Person], customers: list[Person], at: datetime
) -> None:
    """This will leave two applicants, goods, a sale, a refund, a report, money to be judged."""
    owners = add_named(
        [f"{names['zh']}·掌柜" for names, _ in _APPLICANTS],
        first=_FIRST_APPLICANT,
        at=at - 9 * _HOUR,
    )
    brands = [_apply(owner, n, at - (9 - n) * _HOUR) for n, owner in enumerate(owners)]
    # The second is a step further: its papers are judged, and a sample is on its way.
    for paper in brand_file(code=brands[1].code, at=at).papers:
        judge_paper(code=paper.code, accepted=True, reason="", by=operators[0].code, at=at)
    ask_for_sample(brand=brands[1], wanted="2.5 公斤装新米一袋", by=operators[0].code, at=at)
    _propose(suppliers[0], at - 5 * _HOUR)
    _apply_for_sale(suppliers[4], at - 4 * _HOUR)
    paid = orders_of_all(states=[Order.State.PAID]).first()
    if paid is not None:
        ask_refund(code=paid.code, reason="顾客来电：尺寸买错，未发货", by=operators[1].code, at=at)
    report_counterfeit(
        brand=suppliers[3].brand,
        reporter=customers[0],
        text="收到的这瓶和以前买的味道不一样，瓶底批号也是糊的，想请平台核实一下。",
        product=suppliers[3].products[0].id,
        at=at - 2 * _HOUR,
    )
    _money(suppliers, operators, at - 2 * _HOUR)


def _money(suppliers: list[Supplier], operators: list[Person], at: datetime) -> None:
    """An account to compare with papers, a deposit to confirm, a gift to agree to."""
    brand, by = suppliers[2].brand, operators[1].code
    give_account(
        party=brand_party(brand),
        given=AccountGiven(PayoutAccount.Kind.BANK, brand.names["zh"], "招商银行", "755912345610"),
        by=suppliers[2].owner.code,
        at=at,
    )
    note_deposit(brand=brand, amount=500_000, reference="2026050100037", by=by, at=at)
    order = orders_of_all(states=[Order.State.COMPLETED]).first()
    if order is not None:
        ask_goodwill(
            customer=order.customer,
            order=order,
            amount=800,
            currency=order.currency,
            reason="快递晚到三天，向顾客致歉",
            by=by,
            at=at,
        )


def _apply(owner: Person, place: int, at: datetime) -> Brand:
    names, stories = _APPLICANTS[place]
    brand = apply_brand(person=owner, names=names, stories=stories, currency=CURRENCY, at=at)
    for kind in KINDS:
        data = draw_paper(kind, names["en"])
        hand_in_paper(brand=brand, kind=kind, data=data, number=f"{kind}-00{place + 7}", at=at)
    return brand


def _propose(supplier: Supplier, at: datetime) -> None:
    """A new product, and an edit of a live one."""
    brand, by = supplier.brand, supplier.owner.code
    first = supplier.products[0]
    titles = {"zh": "海雾蓝釉小碟（四只装）", "en": "Sea-mist glazed saucers, set of four"}
    product = add_product(
        brand=brand,
        entry=NewProduct(
            reference="KITCHEN-11",
            category=first.category.code,
            titles=titles,
            descriptions={
                "zh": "蘸料、点心、首饰都能放，釉色每只略有不同。",
                "en": "For dips, sweets or rings; no two glazes are quite the same.",
            },
            attributes=[],
            skus=[NewSku(reference="KITCHEN-11-1", values=[], weight_g=420)],
            freight=first.freight.code if first.freight else None,
        ),
        by=by,
        at=at,
    )
    pictures = [
        NewPicture(product, png(draw(kind="mug", seed=911, size=PICTURE, view=view)), titles)
        for view in VIEWS
    ]
    add_pictures(entries=pictures, at=at)
    propose_product(product=product, by=by, at=at)
    edited = supplier.products[1]
    titles = {"zh": "圆腹陶瓷茶壶 600 毫升（附滤网）", "en": "Round ceramic teapot with strainer"}
    propose_revision(product=edited, changes={"titles": titles}, by=by, at=at)


def _apply_for_sale(supplier: Supplier, at: datetime) -> None:
    brand, by = supplier.brand, supplier.owner.code
    starts_at = (at + 60 * _HOUR).replace(minute=0, second=0, microsecond=0)
    sale = draft_sale(
        brand=brand,
        titles={"zh": "周末慢慢逛", "en": "A slow weekend"},
        summaries={"zh": "两天，只上常用的几样。", "en": "Two days, a few everyday things."},
        starts_at=starts_at,
        ends_at=starts_at + 48 * _HOUR,
        trailer_at=starts_at - 24 * _HOUR,
        by=by,
        at=at,
    )
    set_sale_cover(sale=sale, data=png(draw_banner(seed=41, theme="market")))
    offers = standing_offers(brand=brand, limit=6)
    receive_goods(
        brand=brand, quantities=[Quantity(offer.sku_id, 40) for offer in offers], by=by, at=at
    )
    entries = [
        NewOffer(sku=offer.sku_id, terms=terms_of(offer), quantity=40, per_customer=2)
        for offer in offers
    ]
    apply_for_sale(sale=sale, offers=entries, by=by, at=at)
