"""The cart: what she means to buy in one shop, grouped by who ships it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.kit.money import Money
from shoal.offers.queries import offer_id
from shoal.orders import known
from shoal.orders.carts import choose_cart_lines, put_in_cart, set_cart_quantity
from shoal.orders.quotes import Quote, cart_quote, cart_shops, cart_size
from shoal.shops.models import Shop
from shoal.web.access import anyone
from shoal.web.answers import whole
from shoal.web.arrivals import tell_open
from shoal.web.buy.discounts import buyer_of, told_discounts
from shoal.web.buy.frame import own_bar, own_page, piece, remember_shop, shop_here
from shoal.web.buy.goods import line_rows
from shoal.web.buy.origin import from_our_pages
from shoal.web.components.nav import Place
from shoal.web.visitor import visitor_id


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def cart(request: HttpRequest) -> HttpResponse:
    """This will show the cart of the shop she is in, or take her changes to it."""
    shop = shop_here(request) or _shop_of_cart(request)
    if shop is None:
        return own_page(request, "buy/cart_nowhere.html", {})
    if request.method == "POST":
        _change(request.POST, request, shop)
        if request.POST.get("do") == "order":
            return HttpResponseRedirect(f"{reverse('buy:checkout')}?shop={shop.code}")
        if not request.headers.get("HX-Request"):
            return HttpResponseRedirect(f"{reverse('buy:cart')}?shop={shop.code}")
    quote = _quote(request, shop)
    context = {
        "shop": shop,
        "quote": quote,
        "parcels": line_rows(quote),
        "goods_left": Money(quote.goods_minor - quote.discount_minor, shop.currency),
        **told_discounts(quote),
        "shops": _shops(request, shop),
    }
    if request.headers.get("HX-Request"):
        return piece(request, "buy/pieces/cart.html", context)
    return own_page(request, "buy/cart.html", context, shop=shop)


def _shop_of_cart(request: HttpRequest) -> Shop | None:
    """On a new phone no cookie says where she was: the shop of her fullest cart does."""
    carts = cart_shops(visitor=visitor_id(request))
    return max(carts, key=lambda row: row[1])[0] if carts else None


@anyone
@from_our_pages
@require_POST
def lines(request: HttpRequest) -> HttpResponse:
    """This will put an offer into the cart: a page's form, or a piece of the product's page."""
    shop = known.shop_by_code(code=request.POST.get("shop", ""))
    owner = visitor_id(request)
    wants_piece = bool(request.headers.get("HX-Request"))
    refused: Refused | None = None
    try:
        offer = offer_id(code=request.POST.get("offer", ""))
        quantity = whole(request.POST.get("quantity"), default=1)
        put_in_cart(visitor=owner, shop=shop, offer=offer, quantity=quantity, at=clock.now())
    except Refused as refusal:
        if not wants_piece:
            raise
        refused = refusal
    if not wants_piece:
        response: HttpResponse = HttpResponseRedirect(
            f"{reverse('buy:cart')}?{urlencode({'shop': shop.code})}"
        )
    else:
        context = {
            "shop": shop,
            "refused": None if isinstance(refused, NotFound) else refused,
            "nothing_chosen": isinstance(refused, NotFound),
            "count": cart_size(visitor=owner),
        }
        response = piece(request, "buy/pieces/put_in_cart.html", context)
    remember_shop(response, shop, secure=request.is_secure())
    return response


@anyone
@require_GET
def corner(request: HttpRequest, code: str) -> HttpResponse:
    """This will give a shared page what is hers: the bar with her cart's count."""
    shop = known.shop_by_code(code=code)
    if request.GET.get("look") == "buy-bar":
        count = cart_size(visitor=visitor_id(request))
        response = piece(request, "buy/pieces/cart_link.html", {"shop": shop, "count": count})
    else:
        page = request.headers.get("HX-Current-URL", "")
        path = f"/{page.split('/', 3)[-1]}".partition("?")[0]
        places = own_bar(request, shop=shop, path=path)
        response = piece(request, "components/bottom_bar.html", {"places": places})
    remember_shop(response, shop, secure=request.is_secure())
    tell_open(request, shop)
    return response


def _shops(request: HttpRequest, current: Shop) -> list[Place]:
    """Each shop has a cart of its own: the others are one tap away, where there are any."""
    rows = cart_shops(visitor=visitor_id(request))
    places = [
        Place(
            shop.name,
            "shop",
            f"{reverse('buy:cart')}?shop={shop.code}",
            count=size,
            current=shop == current,
        )
        for shop, size in rows
    ]
    return places if any(shop != current for shop, _ in rows) else []


def _quote(request: HttpRequest, shop: Shop) -> Quote:
    return cart_quote(
        visitor=visitor_id(request),
        shop=shop,
        region="",
        at=clock.now(),
        buyer=buyer_of(request),
    )


def _change(typed: QueryDict, request: HttpRequest, shop: Shop) -> None:
    """Lines are named by their offers' codes; only those that the form showed are touched."""
    owner, gone = visitor_id(request), typed.get("remove", "")
    shown = {
        row.line.offer.code: row
        for row in _quote(request, shop).lines
        if f"quantity-{row.line.offer.code}" in typed or row.line.offer.code == gone
    }
    for code, row in shown.items():
        if row.cart_line is None:
            continue
        wanted = whole(typed.get(f"quantity-{code}"), default=row.line.quantity)
        wanted = 0 if code == gone else max(wanted, 1)
        if wanted != row.line.quantity or wanted == 0:
            set_cart_quantity(visitor=owner, line=row.cart_line, quantity=wanted)
    chosen = set(typed.getlist("chosen"))
    kept = {row.cart_line for code, row in shown.items() if code in chosen and row.cart_line}
    choose_cart_lines(visitor=owner, shop=shop, chosen=kept)
