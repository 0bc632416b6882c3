"""Where the stories of money happen: two brands, a shop in yuan and one in yen, coupons of each
funder, bundles, a gift, a deposit."""

from typing import Any

from shoal.care.operations_brand import set_return_address
from shoal.catalog.models import Product
from shoal.catalog.operations import set_freight_template
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.offers.making import NewOffer
from shoal.offers.models import Offer
from shoal.offers.operations import list_standing_offers
from shoal.offers.rules import Terms as OfferTerms
from shoal.promotions.models import Promotion
from shoal.promotions.rules import Funder
from shoal.settlement.deposits import decide_deposit, note_deposit
from shoal.settlement.parties import brand_party, shop_party
from shoal.shops.operations import open_shop
from tests import goods, payouts, trade
from tests.care.cases import WAREHOUSE
from tests.money.model import Books, Bundle, Gift, Terms
from tests.promotions import makers
from tests.trade import AT, DAY

STOCK, DEPOSIT = 200, 9_000
FREIGHT = {"CNY": {"shell": 600, "hill": 800}, "JPY": {"hill": 150}}
PERCENT, KEEPER_OFF, PLATFORM_OFF, PLATFORM_FROM = 7, 311, 977, 15_000
SEA = Terms("sea", "sea", 7_000, 10_000, 2_000)  # 海风, who takes goods back
SHELL = Terms("shell", "sea", 3_000, 4_500, 1_500)
HILL = Terms("hill", "hill", 2_100, 3_333, 1_234)  # 山野, who gave no address
IN_YEN = {
    "sea": Terms("sea", "sea", 1_400, 2_000, 2_000),
    "hill": Terms("hill", "hill", 421, 667, 1_234),
}
BUNDLES = [
    Bundle("brand", 22_001, ((SEA, 2), (SHELL, 1))),
    Bundle("platform", 10_660, ((SHELL, 1), (HILL, 2))),
]
GIFT = Gift("sea", 24_000, 2)  # with the bundle, two and one do not reach it
_FAR = {"use_until_at": AT + 3_000 * DAY, "claim_until_at": AT + 3_000 * DAY}


def terms_of(currency: str) -> list[Terms]:
    """What is sold in a currency, in the order in which it stands in a basket."""
    return [SEA, SHELL, HILL] if currency == "CNY" else list(IN_YEN.values())


class World:
    """Everybody and everything that a story needs before it begins."""

    def __init__(self) -> None:
        self.market = trade.open_market(stock=STOCK)
        self.sea, self.hill = self.market.brand, goods.active_brand(name="山野")
        self.offers = {
            terms.name: self._offer(terms, IN_YEN.get(terms.name)) for terms in terms_of("CNY")
        }
        yen = open_shop(person=goods.person(), name="宝的小店", currency="JPY", at=AT)
        self.shops = {"CNY": self.market.shop, "JPY": yen}
        set_return_address(brand=self.sea.id, record=WAREHOUSE, by="owner", at=AT)
        self.coupons = {
            "brand": self._promotion(
                Funder.BRAND, Promotion.Kind.PERCENT, percent_bp=PERCENT * 100, amount=0
            ),
            "keeper": self._promotion(Funder.KEEPER, amount=KEEPER_OFF),
            "platform": self._promotion(
                Funder.PLATFORM, amount=PLATFORM_OFF, threshold=PLATFORM_FROM
            ),
        }
        for bundle in BUNDLES:
            parts = {self.offers[terms.name].code: many for terms, many in bundle.parts}
            self._promotion(
                Funder(bundle.funder), Promotion.Kind.BUNDLE, amount=bundle.price, parts=parts
            )
        given = trade.standing_offer(self.sea, stock=STOCK)
        self._promotion(
            Funder.BRAND,
            Promotion.Kind.GIFT,
            threshold=GIFT.threshold,
            parts={given.code: GIFT.units},
        )
        self.payees = {"sea": brand_party(self.sea), "keeper": shop_party(self.market.shop)}
        for number, party in enumerate(self.payees.values()):
            payouts.verified(party, at=AT - 30 * DAY, number=f"622202020001234{number}")
        noted = note_deposit(brand=self.sea, amount=DEPOSIT, reference="B-1", by="olga", at=AT)
        decide_deposit(code=noted.code, approve=True, by="oskar", at=AT)

    def books(self) -> dict[str, Books]:
        """What the model knows before anything was sold."""
        names = ("sea", "hill", "keeper", "fee")
        return {
            currency: Books(dict.fromkeys(names, 0), deposit=DEPOSIT if currency == "CNY" else 0)
            for currency in self.shops
        }

    def balances(self) -> dict[str, dict[str, int]]:
        """What stands on every account, by currency and the model's names, in minor units."""
        names = {"platform_fee": "fee", "payout": "on_its_way"}
        kinds = ("escrow", "clearing", "promotion", "fee", "on_its_way", "return_postage")
        found = {currency: dict.fromkeys(kinds, 0) for currency in self.shops}
        for kind, _, money in platform_balances():
            name = names.get(kind, kind)
            if name in kinds:
                found[money.currency][name] += money.minor
        for currency, shop in self.shops.items():
            for kind, party, name in (
                (Account.Kind.BRAND, self.sea.id, "sea"),
                (Account.Kind.BRAND, self.hill.id, "hill"),
                (Account.Kind.KEEPER, shop.id, "keeper"),
                (Account.Kind.DEPOSIT, self.sea.id, "deposit"),
            ):
                balance = party_balance(kind=kind, party=party, currency=currency)
                found[currency][name] = balance.minor
        return found

    def _promotion(
        self, funder: Funder, kind: Any = Promotion.Kind.FIXED, **terms: Any
    ) -> Promotion:
        return makers.promotion(self.market, funder, kind, per_person=1_000, **_FAR, **terms)

    def _offer(self, terms: Terms, yen: Terms | None) -> Offer:
        brand = {"sea": self.sea, "hill": self.hill}[terms.brand]
        product = goods.live_product(brand, stock=STOCK)
        for currency, amounts in FREIGHT.items():
            if terms.name in amounts:
                freight = set_freight_template(
                    brand=brand,
                    name="标准",
                    base_minor=amounts[terms.name],
                    currency=currency,
                    at=AT,
                )
                Product.objects.filter(id=product.id).update(freight=freight)
        entry = NewOffer(
            sku=product.skus.all()[0].id,
            terms=_fixed(terms, "CNY"),
            further=(_fixed(yen, "JPY"),) if yen else (),
        )
        return list_standing_offers(brand=brand, entries=[entry], by="owner", at=AT)[0]


def _fixed(terms: Terms, currency: str) -> OfferTerms:
    """Terms without any room for a markup."""
    return OfferTerms(
        supply=terms.supply,
        sale=terms.sale,
        floor=terms.sale,
        cap=terms.sale,
        rate_bp=terms.rate,
        currency=currency,
    )
