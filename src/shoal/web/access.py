"""Who may open a view. Every view carries one of these marks; a test walks all of them.

A mark finds the tenant (a shop, a brand) from the person's own membership and puts it on the
request; the view hands it to every query. A page of another tenant is then simply not found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode

from shoal.brands.models import Brand, BrandMember
from shoal.kit.errors import NotYours
from shoal.people import queries
from shoal.people.models import Operator, Person
from shoal.shops.models import Shop, ShopMember
from shoal.web import proof

P = ParamSpec("P")
Open = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

_SHOP, _BRAND = "shoal_shop", "shoal_brand"


@dataclass(frozen=True, slots=True)
class Access:
    """The mark on a view: who may open it, in which roles (none named: any of them)."""

    who: str
    roles: tuple[str, ...] = ()


class SignedIn(HttpRequest):
    """A request of somebody who signed in."""

    person: Person


class OfKeeper(SignedIn):
    """A request of a keeper, or her helper, for one shop."""

    shop: Shop
    shop_role: str


class OfBrand(SignedIn):
    """A request of a brand's member, for one brand."""

    brand: Brand
    brand_role: str


class OfOperator(SignedIn):
    """A request of somebody who works at the platform."""

    operator_roles: set[str]


class NoShop(NotYours):
    """You do not keep a shop yet. Opening one takes less than a minute."""

    code = "no_shop"


class NoBrand(NotYours):
    """You do not work for a brand here. Ask the brand to invite you."""

    code = "no_brand"


def anyone(view: Open[P]) -> Open[P]:
    """This will let everybody open `view`, and say so."""
    return _marked(view, Access("anyone"), lambda _request: None)


def signed_in(view: Callable[Concatenate[SignedIn, P], HttpResponseBase]) -> Open[P]:
    """This will let whoever has signed in open `view`, with `request.person`."""
    return _marked(view, Access("signed_in"), _needs_person)


def keeper(view: Callable[Concatenate[OfKeeper, P], HttpResponseBase]) -> Open[P]:
    """This will let keepers and their helpers open `view`, with `request.shop`.

    Somebody with several shops gets the one she chose (`choose_shop`), else her first.
    """
    return _marked(view, Access("keeper"), _needs_shop)


def brand_member(
    *roles: BrandMember.Role,
) -> Callable[[Callable[Concatenate[OfBrand, P], HttpResponseBase]], Open[P]]:
    """This will let members of a brand in one of `roles` open a view, with `request.brand`.

    An owner may do everything; with no role named any member may.
    """
    allowed = tuple(str(role) for role in roles)

    def mark(view: Callable[Concatenate[OfBrand, P], HttpResponseBase]) -> Open[P]:
        return _marked(
            view, Access("brand", allowed), lambda request: _needs_brand(request, allowed)
        )

    return mark


def operator(
    *roles: Operator.Role,
) -> Callable[[Callable[Concatenate[OfOperator, P], HttpResponseBase]], Open[P]]:
    """This will let operators in one of `roles` open a view; an admin may open every one."""
    allowed = tuple(str(role) for role in roles)

    def mark(view: Callable[Concatenate[OfOperator, P], HttpResponseBase]) -> Open[P]:
        return _marked(
            view, Access("operator", allowed), lambda request: _needs_operator(request, allowed)
        )

    return mark


def staff(view: Callable[Concatenate[SignedIn, P], HttpResponseBase]) -> Open[P]:
    """This will let whoever signed in as staff open `view`: passwords, second factors."""
    return _marked(view, Access("staff"), _needs_staff)


def choose_shop(request: OfKeeper, *, code: str) -> None:
    """This will make the shop `code` the one this session works in. Raises NotYours."""
    if not _memberships(request.person).filter(shop__code=code).exists():
        raise NotYours
    request.session[_SHOP] = code


def choose_brand(request: OfBrand, *, code: str) -> None:
    """This will make the brand `code` the one this session works in. Raises NotYours."""
    mine = BrandMember.objects.filter(person=request.person, until_at=None)
    if not mine.filter(brand__code=code).exists():
        raise NotYours
    request.session[_BRAND] = code


def person_of(request: HttpRequest) -> Person | None:
    """This will return who has signed in, or None."""
    user = request.user
    return None if isinstance(user, AnonymousUser) else user


def _marked(
    view: Callable[..., HttpResponseBase],
    access: Access,
    admit: Callable[[HttpRequest], HttpResponse | None],
) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        turned_away = admit(request)
        if turned_away is not None:
            return turned_away
        response = view(request, *args, **kwargs)
        if access.who != "anyone" and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    guarded.shoal_access = access  # type: ignore[attr-defined]  # a mark on the function
    return guarded


def _needs_person(request: HttpRequest) -> HttpResponse | None:
    person = person_of(request)
    if person is None:
        return _to("account:sign-in", request)
    cast("SignedIn", request).person = person
    return None


def _needs_staff(request: HttpRequest) -> HttpResponse | None:
    if person_of(request) is None or proof.of(request) == proof.PHONE:
        return _to("account_login", request)
    return _needs_person(request)


def _needs_shop(request: HttpRequest) -> HttpResponse | None:
    turned_away = _needs_person(request)
    if turned_away is not None:
        return turned_away
    of_keeper = cast("OfKeeper", request)
    mine = list(_memberships(of_keeper.person))
    if not mine:
        raise NoShop
    chosen = request.session.get(_SHOP)
    membership = next((one for one in mine if one.shop.code == chosen), mine[0])
    of_keeper.shop, of_keeper.shop_role = membership.shop, membership.role
    return None


def _needs_brand(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse | None:
    turned_away = _needs_staff(request)
    if turned_away is not None:
        return turned_away
    of_brand = cast("OfBrand", request)
    mine = list(
        BrandMember.objects.filter(person=of_brand.person, until_at=None)
        .select_related("brand")
        .order_by("since_at")
    )
    if not mine:
        raise NoBrand
    chosen = request.session.get(_BRAND)
    membership = next((one for one in mine if one.brand.code == chosen), mine[0])
    if allowed and membership.role not in {*allowed, BrandMember.Role.OWNER}:
        raise NotYours
    of_brand.brand, of_brand.brand_role = membership.brand, membership.role
    return None


def _needs_operator(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse | None:
    turned_away = _needs_staff(request)
    if turned_away is not None:
        return turned_away
    of_operator = cast("OfOperator", request)
    roles = queries.operator_roles(of_operator.person)
    if not roles or (allowed and not roles & {*allowed, Operator.Role.ADMIN}):
        raise NotYours
    wants_second = settings.SHOAL_SECOND_FACTOR and proof.of(request) == proof.STAFF
    # With one set up, signing in asked for it; without one, setting it up comes first.
    if wants_second and not _has_second_factor(of_operator.person):
        return HttpResponseRedirect(reverse("mfa_index"))
    of_operator.operator_roles = roles
    return None


def _has_second_factor(person: Person) -> bool:
    # Recovery codes stand in for a lost factor; they are none themselves.
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=person, type__in=kinds).exists())


def _memberships(person: Person) -> Any:
    mine = ShopMember.objects.filter(person=person, until_at=None)
    return mine.select_related("shop").order_by("since_at")


def _to(route: str, request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A piece of a page cannot hold a sign-in: the whole page goes there, and comes back.
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = f"{reverse(route)}?{urlencode({'next': _page_of(request)})}"
        return answer
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_of(request)
    return HttpResponseRedirect(f"{reverse(route)}?{urlencode({'next': back})}")


def _page_of(request: HttpRequest) -> str:
    """The page a form or an htmx piece was on: never another site's."""
    from django.utils.http import url_has_allowed_host_and_scheme as is_ours

    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "/"
    return page if is_ours(page, allowed_hosts={request.get_host()}) else "/"
