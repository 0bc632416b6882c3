"""Where the stories of money happen: two brands, a keeper, coupons of each funder, an account."""

from typing import Any

from shoal.care.operations_brand import set_return_address
from shoal.catalog.models import Product
from shoal.catalog.operations import set_freight_template
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.offers.making import NewOffer
from shoal.offers.operations import list_standing_offers
from shoal.promotions.models import Promotion
from shoal.promotions.rules import Funder
from shoal.settlement.parties import shop_party
from tests import goods, payouts, trade
from tests.care.cases import WAREHOUSE
from tests.money.model import Terms
from tests.promotions import makers
from tests.trade import AT, DAY

STOCK, FREIGHT = 200, 800
PERCENT, KEEPER_OFF, PLATFORM_OFF, PLATFORM_FROM = 7, 311, 977, 15_000
SEA = Terms("sea", 7_000, 10_000, 2_000)  # 海风, who takes goods back, ships for nothing
HILL = Terms("hill", 2_100, 3_333, 1_234)  # 山野, who gave no address, asks for freight


class World:
    """Everybody and everything that a story needs before it begins."""

    def __init__(self) -> None:
        self.market = trade.open_market(stock=STOCK)
        self.hill = goods.active_brand(name="山野")
        self.offers = {"sea": self.market.offer, "hill": self._hill_offer()}
        set_return_address(brand=self.market.brand.id, record=WAREHOUSE, by="owner", at=AT)
        self.coupons = {
            "brand": self._coupon(
                Funder.BRAND, Promotion.Kind.PERCENT, percent_bp=PERCENT * 100, amount=0
            ),
            "keeper": self._coupon(Funder.KEEPER, amount=KEEPER_OFF),
            "platform": self._coupon(Funder.PLATFORM, amount=PLATFORM_OFF, threshold=PLATFORM_FROM),
        }
        self.keeper = shop_party(self.market.shop)
        payouts.verified(self.keeper, at=AT - 30 * DAY)

    def balances(self) -> dict[str, int]:
        """What stands on every account, by the model's names, in minor units."""
        names = {"platform_fee": "fee", "payout": "on_its_way"}
        found = dict.fromkeys(("escrow", "clearing", "promotion", "fee", "on_its_way"), 0)
        for kind, _, money in platform_balances():
            name = names.get(kind, kind)
            if name in found:
                found[name] += money.minor
        for kind, party, name in (
            (Account.Kind.BRAND, self.market.brand.id, "sea"),
            (Account.Kind.BRAND, self.hill.id, "hill"),
            (Account.Kind.KEEPER, self.market.shop.id, "keeper"),
        ):
            found[name] = party_balance(kind=kind, party=party, currency="CNY").minor
        return found

    def _coupon(self, funder: Funder, kind: Any = Promotion.Kind.FIXED, **terms: int) -> Promotion:
        far = {"use_until_at": AT + 3_000 * DAY, "claim_until_at": AT + 3_000 * DAY}
        return makers.promotion(self.market, funder, kind, per_person=1_000, **far, **terms)

    def _hill_offer(self) -> Any:
        product = goods.live_product(self.hill, stock=STOCK)
        freight = set_freight_template(brand=self.hill, name="标准", base_minor=FREIGHT, at=AT)
        Product.objects.filter(id=product.id).update(freight=freight)
        terms = goods.terms(
            HILL.sale, supply=HILL.supply, rate_bp=HILL.rate, floor=HILL.sale, cap=HILL.sale
        )
        entry = NewOffer(sku=product.skus.all()[0].id, terms=terms)
        return list_standing_offers(brand=self.hill, entries=[entry], by="owner", at=AT)[0]
