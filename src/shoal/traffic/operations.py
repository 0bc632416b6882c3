"""What a keeper does to be found: sharing. Bindings and the public log get their place here."""

from datetime import datetime

from shoal.catalog.queries import live_product
from shoal.kit.errors import NotFound
from shoal.kit.transactions import operation
from shoal.offers.queries import public_sale
from shoal.shops.models import Shop
from shoal.traffic.models import Share


@operation
def make_share(
    *,
    shop: Shop,
    thing: Share.Thing,
    thing_code: str,
    by: str,
    at: datetime,
) -> Share:
    """This will write down one act of forwarding and return it, with its short code.

    `thing_code` is the code of the shop itself, of a sale that is announced, running or over, or
    of a live product. Raises NotFound for anything else.
    """
    match thing:
        case Share.Thing.SHOP if thing_code == shop.code:
            pass
        case Share.Thing.SALE:
            public_sale(code=thing_code, at=at)
        case Share.Thing.PRODUCT:
            live_product(code=thing_code)
        case _:
            raise NotFound
    return Share.objects.create(shop=shop, thing=thing, thing_code=thing_code, by=by, created_at=at)
