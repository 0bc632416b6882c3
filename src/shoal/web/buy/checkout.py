"""From a cart, or from one thing bought at once, to an order: what it costs, where it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.money import Money
from shoal.offers.queries import offer_id, offer_ids
from shoal.orders import known
from shoal.orders.carts import MOST_UNITS, clear_ordered
from shoal.orders.desk import OrderRequest, WantedLine, place_order
from shoal.orders.quotes import Quote, cart_quote, quote
from shoal.people.models import Person
from shoal.people.operations import add_address
from shoal.people.queries import (
    KnownAddress,
    SealedAddress,
    open_addresses,
    profile,
    sealed_addresses_of,
)
from shoal.people.rules import spaced_phone
from shoal.shops.models import Shop
from shoal.shops.queries import shop_id
from shoal.traffic.queries import share_id
from shoal.web.access import anyone, person_of
from shoal.web.admission.door import in_turn, learn
from shoal.web.answers import whole
from shoal.web.buy.discounts import buyer_of, coupons_in, told_discounts
from shoal.web.buy.forms import AddressForm, WishesForm
from shoal.web.buy.frame import own_page, piece
from shoal.web.buy.goods import line_rows
from shoal.web.buy.regions import region_by_code
from shoal.web.visitor import share_of, visitor_id

_NEW = "new"


@dataclass(frozen=True)
class _Desk:
    """One checkout: the shop, what is bought at once (or the cart's lines), and where to."""

    shop_id: UUID
    shop_code: str
    offer: str
    quantity: int
    person: Person | None
    # Which entry of her address book the form names; "new": she types another one.
    wanted: str
    # Where the address lies that she types.
    typed_region: str
    # The codes of the coupons that the form names; None: the best are chosen for her.
    coupons: tuple[str, ...] | None = None

    @cached_property
    def shop(self) -> Shop:
        """The shop itself, for whoever shows a page of it; an order needs its id alone."""
        return known.shop_by_code(code=self.shop_code)

    @cached_property
    def book(self) -> Sequence[SealedAddress]:
        """Her address book as it stands; an order only names an entry of it."""
        return sealed_addresses_of(self.person) if self.person else ()

    @cached_property
    def address(self) -> SealedAddress | None:
        """Where the parcel goes; None where she types it, or has to choose again."""
        if self.wanted == _NEW or not self.book:
            return None
        named = next((one for one in self.book if one.code == self.wanted), None)
        return named or self.book[0]

    @property
    def is_named(self) -> bool:
        """Whether the parcel goes to an entry of her book, and not where she types."""
        return self.wanted not in {"", _NEW} or (not self.wanted and bool(self.book))

    @property
    def region(self) -> str:
        """The region that freight is counted for, as far as it is known."""
        region = self.address.region if self.address else self.typed_region
        return region if region_by_code(region) else ""

    @cached_property
    def addresses(self) -> Sequence[KnownAddress]:
        """Her address book, opened for a page; an order takes the entry as it stands."""
        return open_addresses(person=self.person, addresses=self.book) if self.person else ()

    @property
    def query(self) -> str:
        """How this checkout is addressed."""
        once = f"&offer={self.offer}&quantity={self.quantity}" if self.offer else ""
        return f"?shop={self.shop_code}{once}"


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
@in_turn
def checkout(request: HttpRequest) -> HttpResponse:
    """This will show what an order would cost, and place it."""
    typed = request.POST if request.method == "POST" else request.GET
    person = person_of(request)
    desk = _desk(typed, person)
    if request.method != "POST":
        return _show(request, desk)
    if person is None:
        return HttpResponseRedirect(f"{reverse('buy:checkout')}{desk.query}")
    if typed.get("do") == "count":
        return _show(request, desk, address=AddressForm(_typed_address(typed)), typed=typed)
    return _place(request, desk, person)


@anyone
@require_GET
def totals(request: HttpRequest) -> HttpResponse:
    """This will count freight and total again for another address: a piece of the checkout."""
    desk = _desk(request.GET, person_of(request))
    sums = _sums(request, desk)
    return piece(request, "buy/pieces/totals.html", {**sums, "is_piece": True})


def _desk(typed: QueryDict, person: Person | None) -> _Desk:
    code = typed.get("shop", "")
    return _Desk(
        shop_id=shop_id(code=code),
        shop_code=code,
        offer=typed.get("offer", ""),
        quantity=min(max(1, whole(typed.get("quantity"), default=1)), MOST_UNITS),
        person=person,
        wanted=typed.get("address", ""),
        typed_region=typed.get("region", ""),
        coupons=coupons_in(typed),
    )


def _quote(request: HttpRequest, desk: _Desk) -> Quote:
    at, buyer = clock.now(), buyer_of(request)
    if not desk.offer:
        return cart_quote(
            visitor=visitor_id(request),
            shop=desk.shop,
            region=desk.region,
            at=at,
            buyer=buyer,
            coupons=desk.coupons,
        )
    return quote(
        shop=desk.shop,
        wanted=[(offer_id(code=desk.offer), desk.quantity)],
        region=desk.region,
        at=at,
        buyer=buyer,
        coupons=desk.coupons,
    )


def _sums(request: HttpRequest, desk: _Desk) -> dict[str, Any]:
    counted = _quote(request, desk)
    currency = desk.shop.currency
    parcels = [row for row in line_rows(counted) if row.has_goods or desk.offer]
    return {
        "shop": desk.shop,
        "desk": desk,
        "quote": counted,
        "parcels": parcels,
        "goods": Money(counted.goods_minor, currency),
        "freight": Money(counted.freight_minor, currency),
        "total": Money(counted.total_minor, currency),
        "freight_known": bool(desk.region),
        **told_discounts(counted),
    }


def _show(
    request: HttpRequest,
    desk: _Desk,
    *,
    address: AddressForm | None = None,
    wishes: WishesForm | None = None,
    typed: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    sums = _sums(request, desk)
    person = person_of(request)
    if not sums["quote"].lines or (not desk.offer and not sums["parcels"]):
        return HttpResponseRedirect(f"{reverse('buy:cart')}?shop={desk.shop.code}")
    context = {
        **sums,
        "key": uuid7(),
        "address_form": address or AddressForm(initial=_known_of(person, desk)),
        "wishes": wishes or WishesForm(typed),
        "refused": refused,
        "person": person,
        "back": _back(desk),
        "here": f"{reverse('buy:checkout')}{desk.query}",
    }
    return own_page(request, "buy/checkout.html", context, shop=desk.shop, status=status)


def _known_of(person: Person | None, desk: _Desk) -> dict[str, str]:
    """What a first address need not be asked for."""
    known = profile(person) if person and not desk.book else None
    if known is None:
        return {"region": desk.region}
    return {"region": desk.region, "recipient": known.name, "phone": spaced_phone(known.phone)}


def _back(desk: _Desk) -> str:
    if desk.offer:
        return reverse("buy:shop", args=[desk.shop.code])
    return f"{reverse('buy:cart')}?shop={desk.shop.code}"


def _place(request: HttpRequest, desk: _Desk, person: Person) -> HttpResponse:
    typed = request.POST
    # Most wish nothing further, and her book has the address: forms are for what was typed.
    wishes = WishesForm(typed) if _any_of(WishesForm, typed) else None
    address = None if desk.is_named else AddressForm(_typed_address(typed))
    if (wishes and not wishes.is_valid()) or (address is not None and not address.is_valid()):
        return _show(request, desk, address=address, wishes=wishes, status=422)
    if address is not None:
        try:
            made = add_address(person=person, at=clock.now(), **address.record)
        except Refused as refusal:
            return _show(request, desk, address=address, wishes=wishes, refused=refusal, status=422)
        # Into her address book, so that she types it once; and chosen, so that sending the form
        # again adds no second one.
        desk = replace(desk, wanted=made.code)
    wish = _request(request, desk, person, wishes)
    try:
        answer = place_order(request=wish)
    except Refused as refusal:
        answer = refusal
    learn(request, answer)
    if isinstance(answer, Refused):
        return _show(request, desk, wishes=wishes, refused=answer, status=409)
    if not desk.offer:
        clear_ordered(
            visitor=visitor_id(request),
            shop=desk.shop,
            offers={line.offer for line in wish.lines},
        )
    # The partner is spoken to by the next request: who places orders waits for nobody outside.
    return HttpResponseRedirect(reverse("buy:payment-start", args=[answer.code]))


def _any_of(form: type[Form], typed: QueryDict) -> bool:
    return any(typed.get(name) for name in form.base_fields)


def _typed_address(typed: QueryDict) -> dict[str, str]:
    return {name: typed.get(name, "") for name in AddressForm.base_fields}


def _request(
    request: HttpRequest,
    desk: _Desk,
    person: Person,
    wishes: WishesForm | None,
) -> OrderRequest:
    share = share_of(request)
    return OrderRequest(
        key=_key(request.POST.get("key", "")),
        customer=person.pk,
        storefront=desk.shop_id,
        share=share_id(share) if share else None,
        lines=_wanted(request.POST.getlist("line")),
        recipient=wishes.record if wishes else {},
        at=clock.now(),
        total_minor=_whole_minor(request.POST.get("total", "")),
        coupons=desk.coupons or (),
        gifts=tuple(request.POST.getlist("gift")),
        address=desk.wanted or desk.book[0].code,
    )


def _wanted(shown: Sequence[str]) -> tuple[WantedLine, ...]:
    """Reads the lines as the page showed them: code, quantity and unit price of each."""
    rows = []
    for text in shown:
        code, quantity, unit = (*text.split("~"), "", "")[:3]
        minor = _whole_minor(unit)
        rows.append((code, whole(quantity, default=0), -1 if minor is None else minor))
    offers = offer_ids(codes=[code for code, _, _ in rows])
    return tuple(
        WantedLine(offers[code], quantity, unit)
        for code, quantity, unit in rows
        if code in offers and 0 < quantity <= MOST_UNITS
    )


def _whole_minor(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 20 else None


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid7()
