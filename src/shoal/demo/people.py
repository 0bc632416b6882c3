"""The demo's people and shops. Every name is made up; the phones' range is used for tests only."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

from shoal.care.operations import answer, ask
from shoal.care.queries import talks_of_shop
from shoal.catalog.models import Product
from shoal.demo.drawings import draw_avatar, draw_banner
from shoal.demo.goods import CURRENCY, Supplier, png
from shoal.people.models import Person
from shoal.people.operations import NewPerson, add_address, add_people
from shoal.people.operations.terms import accept_terms
from shoal.people.queries import terms_now
from shoal.shelves.operations import follow, pin_product, set_shelf_markup, write_words
from shoal.shelves.rules import MarkupKind
from shoal.shops.models import Shop
from shoal.shops.operations import Look, change_look, describe_shop, open_shop
from shoal.shops.rules import PALETTES

SHOPS: tuple[tuple[str, str, str], ...] = (
    ("美美", "美美的小店", "我用过才推荐，有问题随时问我。"),
    ("宝姐", "宝姐好物", "两个孩子的妈，专挑孩子能用的。"),
    ("Lena", "Lena's Corner", "Things I'd give to a friend."),
    ("阿川", "阿川的茶桌", "喝茶、做饭、过日子。"),
    ("小满", "小满生活", "当季的，刚刚好的。"),
    ("青青", "青青家", "慢慢挑，不催单。"),
    ("大刘", "大刘优选", "老街坊的菜篮子。"),
    ("Iris", "Iris & Co.", "Skin care, read closely."),
    ("木木", "木木的木头", "木头、陶土、棉布。"),
    ("安安", "安安妈妈团", "宝妈互助，先问再买。"),
    ("北北", "北北衣橱", "穿得久一点。"),
    ("小林", "小林深夜店", "晚上十点准时在线。"),
)

_FAMILY = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ("静", "敏", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "超", "霞", "平")
_PLACES = (
    ("330000", "浙江省", "杭州市", "西湖区", "文三路"),
    ("310000", "上海市", "上海市", "静安区", "愚园路"),
    ("440000", "广东省", "广州市", "天河区", "体育西路"),
    ("510000", "四川省", "成都市", "锦江区", "春熙路"),
    ("350000", "福建省", "厦门市", "思明区", "环岛路"),
    ("110000", "北京市", "北京市", "朝阳区", "三里屯路"),
)


def phone(number: int) -> str:
    """This will return the demo's phone number `number`."""
    return f"+86170000{number:05}"


def add_named(names: Sequence[str], *, first: int, at: datetime) -> list[Person]:
    """This will add people with these names and consecutive phones, who accept the terms."""
    people = add_people(
        entries=[
            NewPerson(
                phone=phone(first + place),
                name=name,
                language="en" if name.isascii() else "zh-hans",
            )
            for place, name in enumerate(names)
        ],
        at=at,
    )
    terms = terms_now()
    if terms:
        accept_terms(people=people, version=terms.version, at=at)
    return people


def add_customers(count: int, *, first: int, random: Random, at: datetime) -> list[Person]:
    """This will add customers, each with an address book of one."""
    names = [random.choice(_FAMILY) + random.choice(_GIVEN) for _ in range(count)]
    customers = add_named(names, first=first, at=at)
    for place, (person, name) in enumerate(zip(customers, names, strict=True)):
        region, province, city, district, street = random.choice(_PLACES)
        add_address(
            person=person,
            recipient=name,
            phone=phone(first + place),
            region=region,
            province=province,
            city=city,
            district=district,
            street=f"{street} {random.randint(1, 300)} 号",
            at=at,
        )
    return customers


def open_shops(
    keepers: Sequence[Person], suppliers: Sequence[Supplier], at: datetime
) -> list[Shop]:
    """This will open a shop for each keeper and dress it; each has a taste of its own."""
    shops = []
    for place, (keeper, (_, name, greeting)) in enumerate(zip(keepers, SHOPS, strict=True)):
        shop = open_shop(person=keeper, name=name, currency=CURRENCY, at=at)
        describe_shop(shop=shop, name=name, greeting=greeting)
        look = Look(
            palette=PALETTES[place % len(PALETTES)],
            avatar=png(draw_avatar(seed=place)),
            banner=png(draw_banner(seed=40 + place, theme=("sea", "hills", "market")[place % 3])),
        )
        shops.append(change_look(shop=shop, look=look))
    _tastes(shops, suppliers)
    return shops


def talk(
    shops: Sequence[Shop], keepers: Sequence[Person], customers: Sequence[Person], at: datetime
) -> None:
    """This will let some customers ask their keeper; one question is still open."""
    questions = (
        ("这个马克杯能进洗碗机吗？", "可以的，我自己洗了大半年，颜色没变。"),
        ("卫衣我 165，110 斤，穿什么码？", "M 刚好，想宽松一点就 L。"),
        ("草莓什么时候能发到杭州？", ""),
    )
    shop, keeper = shops[0], keepers[0]
    for customer, (question, reply) in zip(customers, questions, strict=False):
        ask(customer=customer, shop=shop, text=question, at=at)
        if reply:
            newest = talks_of_shop(shop=shop)[0]
            answer(by=keeper, shop=shop, conversation=newest.code, text=reply, at=at)


def _tastes(shops: Sequence[Shop], suppliers: Sequence[Supplier]) -> None:
    goods: list[Product] = [product for row in suppliers for product in row.products]
    for product in (goods[0], goods[1], goods[10], goods[20]):
        pin_product(shop=shops[0], product=product)
    write_words(
        shop=shops[0], product=goods[0], text="家里四个都是这款，早上泡燕麦、晚上喝茶，手感很稳。"
    )
    write_words(shop=shops[0], product=goods[10], text="老顾客回购最多的一款，不会泡也好喝。")
    set_shelf_markup(shop=shops[3], kind=MarkupKind.PERCENT, value=500)
    set_shelf_markup(shop=shops[6], kind=MarkupKind.FIXED, value=-200)
    follow(shop=shops[1], brands=[suppliers[4].brand.code], categories=["kids", "food"])
    follow(shop=shops[7], brands=[suppliers[3].brand.code], categories=["care"])
    follow(shop=shops[10], brands=[suppliers[2].brand.code], categories=[])
