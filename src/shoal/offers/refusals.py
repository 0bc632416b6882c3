"""Why an offer or a sale cannot be, in the words its brand reads."""

from collections.abc import Mapping

from shoal.kit.errors import Refused
from shoal.offers.rules import Flaw


class WrongSaleState(Refused):
    """This cannot be done while the sale is “{state}”."""

    code = "wrong_sale_state"


class BrandNotSelling(Refused):
    """Only an active brand can offer goods. This one is “{state}”."""

    code = "brand_not_selling"


class ProductNotLive(Refused):
    """“{reference}” is not live yet, or belongs to somebody else."""

    code = "product_not_live"


class OtherCurrency(Refused):
    """“{reference}”: the brand sells in {currency}."""

    code = "other_currency"


class CurrencyTwice(Refused):
    """“{reference}”: name each currency once."""

    code = "currency_twice"


class RatesDiffer(Refused):
    """“{reference}”: the commission rate is the same in every currency."""

    code = "rates_differ"


class FreightMissing(Refused):
    """“{reference}”: its freight “{freight}” says no amounts in {currency} yet. Add them first."""

    code = "freight_missing"


class NoPrice(Refused):
    """“{reference}”: the sale price must be above zero, and the supply price not negative."""

    code = "no_price"


class PriceTooHigh(Refused):
    """“{reference}”: this price is beyond what can be counted."""

    code = "price_too_high"


class BadRate(Refused):
    """“{reference}”: the commission rate is between 0 and 100%."""

    code = "bad_rate"


class FloorAboveSale(Refused):
    """“{reference}”: the floor must be above zero and not above the sale price."""

    code = "floor_above_sale"


class CapBelowSale(Refused):
    """“{reference}”: the cap must not be below the sale price."""

    code = "cap_below_sale"


class NothingForPlatform(Refused):
    """“{reference}”: supply price and commission together are more than the sale price."""

    code = "nothing_for_platform"


class NothingForKeeper(Refused):
    """“{reference}”: sold at the floor, a keeper would pay for selling it. Raise the floor."""

    code = "nothing_for_keeper"


class BelowContractFee(Refused):
    """“{reference}”: the platform's part is below the contract's fee of {percent}%."""

    code = "below_contract_fee"


class BadLimit(Refused):
    """“{reference}”: a limit per customer is at least 1."""

    code = "bad_limit"


class ListPriceBelowSale(Refused):
    """“{reference}”: the usual price must be above the sale price."""

    code = "list_price_below_sale"


class QuantityMissing(Refused):
    """“{reference}”: a sale sets aside at least 1 unit."""

    code = "quantity_missing"


class SkuTwice(Refused):
    """“{reference}” stands in this sale twice."""

    code = "sku_twice"


class NoOffers(Refused):
    """A sale needs at least one offer."""

    code = "no_offers"


class BadWindow(Refused):
    """A sale is announced, then starts, then ends, and its end lies ahead."""

    code = "bad_window"


class OfferEnded(Refused):
    """This offer was withdrawn."""

    code = "offer_ended"


class OfferOfSale(Refused):
    """The terms of a sale stand as they were applied for. Withdraw the offer instead."""

    code = "offer_of_sale"


class OfferChangedMeanwhile(Refused):
    """Somebody changed this offer in the meantime. Please look at it again."""

    code = "offer_changed_meanwhile"


class NoChange(Refused):
    """These terms are the same as before."""

    code = "no_change"


OF_FLAW: Mapping[Flaw, type[Refused]] = {
    Flaw.NO_PRICE: NoPrice,
    Flaw.TOO_HIGH: PriceTooHigh,
    Flaw.BAD_RATE: BadRate,
    Flaw.FLOOR: FloorAboveSale,
    Flaw.CAP: CapBelowSale,
    Flaw.PLATFORM_PART: NothingForPlatform,
    Flaw.KEEPER_PART: NothingForKeeper,
    Flaw.FEE: BelowContractFee,
}
