"""Somebody else's shop, brand and orders: real objects to try every door with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from shoal.brands import operations as brand_operations
from shoal.brands.models import Brand, BrandMember, Contract, Paper
from shoal.care import operations as care
from shoal.care.models import CasePicture
from shoal.care.operations_cases import say_in_case
from shoal.care.rules_cases import Kind, Reason, Side
from shoal.catalog.models import Category, FreightPrice, FreightTemplate, Product, Revision, Sku
from shoal.kit.clock import market_day, now
from shoal.kit.ids import uuid7
from shoal.kit.pictures import loose_pictures
from shoal.ledger.models import Account
from shoal.offers.models import FlashSale
from shoal.orders.desk import OrderRequest, Placed, WantedLine, place_orders
from shoal.orders.models import Order, Parcel, RefundApproval
from shoal.orders.models_cart import CartLine
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import BillKind, BillRow
from shoal.people import operations as people
from shoal.people.models import Invitation, Operator, Person
from shoal.people.operations import NewPerson
from shoal.promotions.models import Promotion
from shoal.promotions.operations import NewPromotion, make_promotion, start_promotion
from shoal.promotions.queries import Owner, brand_owner, shop_owner
from shoal.reconciliation.models import Difference
from shoal.reconciliation.operations import import_bill
from shoal.reconciliation.queries import open_differences
from shoal.settlement.accounts import AccountGiven, give_account
from shoal.settlement.deposits import note_deposit
from shoal.settlement.goodwill import ask_goodwill
from shoal.settlement.models_payouts import Payout, PayoutAccount, PayoutHold, PayoutRun
from shoal.settlement.models_statements import Statement, StatementRun
from shoal.settlement.parties import shop_party
from shoal.shops.models import Shop, ShopMember
from shoal.traffic.models import Share
from tests import goods, trade
from tests.care.cases import forwarded


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the victims, and those who try their doors."""

    alice: Person
    bao: Person
    haifeng_owner: Person
    carol: Person
    mei: Person
    nordwind_owner: Person
    haifeng_packer: Person
    olga: Person
    otto: Person


class Tenants:
    """The world: 海风's goods, Bao's shop, Alice's order; and everybody who has no part in them."""

    def __init__(self) -> None:
        self.at: datetime = now()
        names = ("alice", "bao", "haifeng_owner", "carol", "mei", "nordwind_owner",
                 "haifeng_packer", "olga", "otto")  # fmt: skip
        entries = [NewPerson(f"1390000{n:04}", name) for n, name in enumerate(names)]
        self.cast = Cast(*people.add_people(entries=entries, at=self.at))
        self.shop = self._shop("宝的店", self.cast.bao)
        self.meis_shop = self._shop("美的店", self.cast.mei)
        self.brand = goods.active_brand(name="海风", owner=self.cast.haifeng_owner, at=self.at)
        self.nordwind = goods.active_brand(
            name="Nordwind", owner=self.cast.nordwind_owner, at=self.at
        )
        self._member(self.brand, self.cast.haifeng_packer, BrandMember.Role.WAREHOUSE)
        people.appoint_operator(person=self.cast.olga, role=Operator.Role.MONEY, at=self.at)
        people.appoint_operator(person=self.cast.otto, role=Operator.Role.CARE, at=self.at)
        self.product = goods.live_product(self.brand, at=self.at)
        self.offer = goods.standing_offers(self.brand, self.product, at=self.at)[0]

    def code_of(self, thing: str) -> str | None:
        """What stands for `thing` in an address; None when nobody has said how to make one."""
        maker = _MAKERS.get(thing)
        return maker(self) if maker else None

    def make_everything(self) -> None:
        """Make one of each kind now, so that nothing appears later between two looks."""
        for maker in _MAKERS.values():
            maker(self)

    def form(self) -> dict[str, str]:
        """A form full of somebody else's codes."""
        return {
            "order": self.order.code, "parcel": self.parcel.code, "address": self.address,
            "product": self.product.code, "offer": self.offer.code, "shop": self.shop.code,
            "brand": self.brand.code, "line": str(self.order.lines.all()[0].id),
            "conversation": self.conversation, "text": "hello", "reason": "because",
            "quantity": "1", "name": "x", "accepted": "yes", "state": "open",
        }  # fmt: skip

    @cached_property
    def order(self) -> Order:
        """Alice's unpaid order in Bao's shop."""
        placed = place_orders(requests=[self._request()])[0]
        assert isinstance(placed, Placed), placed
        return Order.objects.get(pk=placed.order)

    def _request(self) -> OrderRequest:
        return OrderRequest(
            key=uuid7(), customer=self.cast.alice.pk, storefront=self.shop.pk, share=None,
            lines=(WantedLine(self.offer.pk, 1, self.offer.sale_minor),),
            recipient={"recipient": "Alice", "phone": "13900000000", "street": "1"},
            region="310000", at=self.at,
        )  # fmt: skip

    @property
    def parcel(self) -> Parcel:
        """The parcel of Alice's order, to be shipped by 海风."""
        return self.order.parcels.get()

    @cached_property
    def address(self) -> str:
        """An entry of Alice's address book."""
        return people.add_address(
            person=self.cast.alice, recipient="Alice", phone="13900000000", region="310000",
            province="上海市", city="上海市", district="黄浦区", street="1", at=self.at,
        ).code  # fmt: skip

    @cached_property
    def conversation(self) -> str:
        """What Alice said to Bao."""
        said = care.ask(customer=self.cast.alice, shop=self.shop, text="你好", at=self.at)
        return said.conversation.code

    @cached_property
    def case(self) -> str:
        """What Alice asks back of another order of hers, passed on to 海风."""
        placed = place_orders(requests=[self._request()])[0]
        assert isinstance(placed, Placed), placed
        order = Order.objects.get(pk=placed.order)
        trade.pay(order, at=self.at)
        trade.ship(order, at=self.at)
        return forwarded(order, kind=Kind.REFUND, reason=Reason.NEVER_ARRIVED, at=self.at).code

    @cached_property
    def picture(self) -> str:
        """What Alice shows in that case."""
        say_in_case(
            side=Side.CUSTOMER, tenant=self.cast.alice.pk, code=self.case, words="",
            pictures=loose_pictures([goods.picture()]), by="alice", at=self.at,
        )  # fmt: skip
        return str(CasePicture.objects.get().id)

    @cached_property
    def invitation(self) -> str:
        """Somebody invited to 海风."""
        return people.invite(
            email="new@haifeng.example", place=Invitation.Place.BRAND, subject=self.brand.pk,
            role="goods", place_name="海风", by="owner", at=self.at,
        ).code  # fmt: skip

    @cached_property
    def sale(self) -> FlashSale:
        """A draft of 海风's."""
        return goods.drafted_sale(self.brand, starts_at=self.at + goods.HOUR,
                                  ends_at=self.at + goods.DAY)  # fmt: skip

    @cached_property
    def share(self) -> str:
        """A link of Bao's."""
        return Share.objects.create(
            shop=self.shop, thing="shop", thing_code=self.shop.code, by="bao", created_at=self.at
        ).code

    @cached_property
    def cart_line(self) -> str:
        """What Alice means to buy."""
        line = CartLine.objects.create(visitor=self.cast.alice.pk, shop=self.shop,
                                       offer=self.offer, quantity=1, added_at=self.at)  # fmt: skip
        return str(line.pk)

    @cached_property
    def sample(self) -> str:
        """A sample that the operator asked 海风 for."""
        applied = goods.applied_brand(name="海雾", owner=self.cast.haifeng_owner, at=self.at)
        return brand_operations.ask_for_sample(
            brand=applied, wanted="one shirt", by="olga", at=self.at
        ).code

    @cached_property
    def freight(self) -> str:
        """海风's freight template."""
        found = FreightTemplate.objects.create(brand=self.brand, name="standard", currency="CNY")
        FreightPrice.objects.create(template=found, currency="JPY")
        return found.code

    @cached_property
    def revision(self) -> str:
        """A proposed edit of 海风's product."""
        return Revision.objects.create(product=self.product, changes={}, proposed_at=self.at,
                                       proposed_by="owner").code  # fmt: skip

    @cached_property
    def refund(self) -> str:
        """Money on its way back to Alice."""
        intent = Intent.objects.get(subject=self.order.pk)
        return Refund.objects.create(
            intent=intent, subject=uuid7(), amount=1, currency=intent.currency, reason="because",
            wanted_at=self.at, wanted_by="customer",
        ).code  # fmt: skip

    @cached_property
    def approval(self) -> str:
        """Somebody's wish to give Alice's order back."""
        return RefundApproval.objects.create(
            order=self.order, reason="because", asked_by="care", asked_at=self.at
        ).code

    @cached_property
    def report(self) -> str:
        """What Alice doubts about 海风's goods."""
        return brand_operations.report_counterfeit(
            brand=self.brand, reporter=self.cast.alice, text="标签不对", at=self.at
        ).code

    @cached_property
    def difference(self) -> Difference:
        """A row of the sandbox's bill that nobody here knows."""
        day = market_day(self.at) - timedelta(days=1)
        row = BillRow(
            kind=BillKind.PAY, code="stray", reference="", amount=100, fee=1, currency="CNY",
            happened_at=self.at - timedelta(days=1),
        )  # fmt: skip
        import_bill(name="sandbox", day=day, rows=[row], by="olga", at=self.at)
        return open_differences(source="provider", partner="sandbox").filter(line__code="stray")[0]

    @cached_property
    def account(self) -> PayoutAccount:
        """Where Bao's money goes; nobody has checked it."""
        given = AccountGiven(PayoutAccount.Kind.BANK, "宝", "工商银行", "6222020200012345")
        return give_account(party=shop_party(self.shop), given=given, by="bao", at=self.at)

    @cached_property
    def payout_run(self) -> str:
        """A run that somebody put together."""
        return PayoutRun.objects.create(
            currency="CNY", prepared_at=self.at, prepared_by="oskar"
        ).code

    @cached_property
    def payout(self) -> str:
        """Bao's money on its way."""
        return Payout.objects.create(
            party_kind="keeper", party=self.shop.pk, account=self.account, currency="CNY",
            gross_minor=1, amount=1, made_at=self.at, made_by="bao",
        ).code  # fmt: skip

    @cached_property
    def hold(self) -> str:
        """Bao's money, kept back."""
        return PayoutHold.objects.create(
            party_kind="keeper", party=self.shop.pk, reason="because", put_at=self.at,
            put_by="oskar",
        ).code  # fmt: skip

    @cached_property
    def deposit(self) -> str:
        """海风's deposit, noted by one."""
        return note_deposit(
            brand=self.brand, amount=1, reference="B-1", by="oskar", at=self.at
        ).code

    @cached_property
    def gift(self) -> str:
        """Goodwill for Alice, asked for by one."""
        return ask_goodwill(
            customer=self.cast.alice, order=self.order, amount=1, currency="CNY",
            reason="because", by="oskar", at=self.at,
        ).code  # fmt: skip

    @cached_property
    def statement(self) -> Statement:
        """What 海风's account moved in a month: nothing."""
        run = StatementRun.objects.create(
            period="monthly", zone="Asia/Shanghai", starts_at=self.at, ends_at=self.at + goods.DAY
        )
        account = Account.objects.create(
            kind=Account.Kind.BRAND, party=self.brand.pk, currency="CNY"
        )
        return Statement.objects.create(
            run=run, account=account, opening_minor=0, credits_minor=0, debits_minor=0,
            closing_minor=0, by_kind={}, transfers=0,
        )  # fmt: skip

    @cached_property
    def coupon(self) -> str:
        """What the other keeper gives her customers: running, hers to look after."""
        return self._promotion(shop_owner(self.shop), runs=True)

    @cached_property
    def promotion(self) -> str:
        """What 海风 plans to give."""
        return self._promotion(brand_owner(self.brand), runs=False)

    def _promotion(self, owner: Owner, *, runs: bool) -> str:
        entry = NewPromotion(
            kind=Promotion.Kind.FIXED, titles={"zh": "见面礼"}, amount=100,
            use_from_at=self.at, use_until_at=self.at + timedelta(days=30),
        )  # fmt: skip
        made = make_promotion(owner=owner, currency="CNY", entry=entry, by="owner", at=self.at)
        if runs:
            start_promotion(owner=owner, code=made.code, by="owner", at=self.at)
        return made.code

    def _shop(self, name: str, keeper: Person) -> Shop:
        shop = Shop.objects.create(name=name, currency="CNY", opened_at=self.at)
        ShopMember.objects.create(shop=shop, person=keeper, role="keeper", since_at=self.at)
        return shop

    def _member(self, brand: Brand, person: Person, role: str) -> None:
        BrandMember.objects.create(brand=brand, person=person, role=role, since_at=self.at)


# One line for each kind of thing that an address can name.
_MAKERS: dict[str, Callable[[Tenants], str]] = {
    "account": lambda world: world.account.code,
    "address": lambda world: world.address,
    "approval": lambda world: world.approval,
    "brand": lambda world: world.brand.code,
    "case": lambda world: world.case,
    "picture": lambda world: world.picture,
    "category": lambda _world: Category.objects.order_by("code")[0].code,
    "contract": lambda world: str(Contract.objects.get(brand=world.brand).version),
    "coupon": lambda world: world.coupon,
    "conversation": lambda world: world.conversation,
    "deposit": lambda world: world.deposit,
    "gift": lambda world: world.gift,
    "hold": lambda world: world.hold,
    "payout": lambda world: world.payout,
    "difference": lambda world: world.difference.code,
    "bill": lambda world: world.difference.bill.code,
    "payout_run": lambda world: world.payout_run,
    "freight": lambda world: world.freight,
    "intent": lambda world: Intent.objects.get(subject=world.order.pk).code,
    "invitation": lambda world: world.invitation,
    "line": lambda world: world.cart_line,
    "offer": lambda world: world.offer.code,
    "order": lambda world: world.order.code,
    "paper": lambda world: Paper.objects.filter(brand=world.brand)[0].code,
    "parcel": lambda world: world.parcel.code,
    "person": lambda world: world.cast.alice.code,
    "product": lambda world: world.product.code,
    "promotion": lambda world: world.promotion,
    "refund": lambda world: world.refund,
    "report": lambda world: world.report,
    "revision": lambda world: world.revision,
    "run": lambda world: world.statement.run.code,
    "sale": lambda world: world.sale.code,
    "sample": lambda world: world.sample,
    "share": lambda world: world.share,
    "shop": lambda world: world.shop.code,
    "sku": lambda world: Sku.objects.filter(product=world.product)[0].code,
    "statement": lambda world: world.statement.code,
    "version": lambda world: str(Product.objects.get(pk=world.product.pk).version),
}
