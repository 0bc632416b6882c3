"""What every page of the operator's face shares: the rail, paging, and answers to her forms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from shoal.kit.errors import NotFound, Refused
from shoal.people.models import Operator
from shoal.people.queries import operator_names, profile
from shoal.web.access import OfOperator
from shoal.web.answers import whole
from shoal.web.components.nav import Place, mark_current
from shoal.web.reasons import reason_words

R = TypeVar("R")
PAGE = 30
LONGEST_REASON = 2000
# What signs as "by" and is nobody; others of that kind have a colon ("worker:expire").
_PROCESSES = {"payments", "settlement", "carrier", "installation", "cli", "desk", "reconciliation"}
SHORT_REASON = 200

VETTING = Operator.Role.VETTING
MONEY = Operator.Role.MONEY
CARE = Operator.Role.CARE
ADMIN = Operator.Role.ADMIN


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline: what happened, and in `text` who did it and why."""

    title: str
    text: str
    at: datetime
    kind: str = ""


def desk_page(
    request: OfOperator, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """This will render a page of the operator's with her name and the rail of her roles."""
    filled = {
        "nav": rail(path=request.path, roles=request.operator_roles),
        "home_url": reverse("desk:today"),
        "who": profile(request.person).name or request.person.code,
        "who_roles": _roles_told(request.operator_roles),
        **context,
    }
    return render(request, f"desk/{template}.html", filled, status=status)


def _roles_told(roles: set[str]) -> list[str]:
    """An administrator may do everything: her other roles say nothing more."""
    return [role_name(role) for role in sorted({str(ADMIN)} & roles or roles)]


def rail(*, path: str, roles: set[str]) -> list[Place]:
    """This will return the places of the rail that somebody with these roles may open."""
    goods, trade, platform = gettext("Goods"), gettext("Trade"), gettext("Platform")
    places: list[tuple[str, str, str, str, Operator.Role | None]] = [
        ("", gettext("Today"), "today", "today", None),
        (goods, gettext("Brands"), "brand", "brands", VETTING),
        (goods, gettext("Products"), "goods", "products", VETTING),
        (goods, gettext("Flash sales"), "sale", "sales", VETTING),
        (goods, gettext("Categories"), "categories", "categories", VETTING),
        (trade, gettext("Orders"), "orders", "orders", CARE),
        (trade, gettext("Shops"), "shop", "shops", CARE),
        (trade, gettext("After-sales"), "ask", "cases", CARE),
        (trade, gettext("Counterfeit reports"), "shield", "reports", CARE),
        (trade, gettext("Refunds"), "returns", "refunds", MONEY),
        (trade, gettext("Payouts"), "earn", "payouts", MONEY),
        (trade, gettext("Money"), "wallet", "money", MONEY),
        (trade, gettext("Reconciliation"), "check", "reconciliation", MONEY),
        (trade, gettext("Promotions"), "coupon", "promotions", MONEY),
        (platform, gettext("Terms"), "note", "terms", ADMIN),
        (platform, gettext("Team"), "people", "team", ADMIN),
        (platform, gettext("Health"), "good", "health", ADMIN),
    ]
    mine = [
        Place(label, icon, reverse(f"desk:{route}"), group=group)
        for group, label, icon, route, role in places
        if role is None or may(roles, role)
    ]
    if ADMIN in roles:
        mine.append(
            Place(gettext("Raw records"), "ledger", reverse("records:index"), group=platform)
        )
    return mark_current(places=mine, path=path)


def may(roles: set[str], *wanted: Operator.Role) -> bool:
    """This will say whether one of `roles` is among `wanted`, or is the admin's."""
    return bool(roles & {*map(str, wanted), str(ADMIN)})


def role_name(role: str) -> str:
    """This will name an operator's role."""
    return {
        ADMIN: gettext("Administration"),
        VETTING: gettext("Vetting"),
        MONEY: gettext("Money"),
        CARE: gettext("Customer care"),
    }[Operator.Role(role)]


def cut(request: HttpRequest, fetch: Callable[..., Sequence[R]]) -> tuple[list[R], str]:
    """This will fetch the rows from where the address says, and the address of what follows.

    `fetch` takes `limit` and `offset`.
    """
    start = whole(request.GET.get("from"), default=0)
    rows = list(fetch(limit=PAGE + 1, offset=start))
    kept = {key: str(value) for key, value in request.GET.items() if value}
    more = f"?{urlencode({**kept, 'from': str(start + PAGE)})}" if len(rows) > PAGE else ""
    return rows[:PAGE], more


def tabs(
    request: HttpRequest, names: Mapping[str, str], counts: Mapping[str, int], *, key: str = "state"
) -> tuple[str, list[Place]]:
    """This will return which of `names` the address chooses, else the first, and the tabs."""
    chosen = request.GET.get(key, "")
    chosen = chosen if chosen in names else next(iter(names))
    return chosen, [
        Place(label, "", f"{request.path}?{key}={name}", counts.get(name, 0), name == chosen)
        for name, label in names.items()
    ]


def reason_of(request: HttpRequest, *, longest: int = LONGEST_REASON) -> str:
    """This will return the reason that a form gives, in bounds."""
    return request.POST.get("reason", "").strip()[:longest]


def accepts(request: HttpRequest) -> bool:
    """This will say whether a verdict's form was sent by its accepting button."""
    return request.POST.get("accepted") == "yes"


def answer(request: HttpRequest, goto: str, words: str, act: Callable[[], object]) -> HttpResponse:
    """This will do `act` and lead on to `goto`, saying `words`, or why it was refused."""
    try:
        act()
    except NotFound:
        raise
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, words)
    return HttpResponseRedirect(goto)


def actors(codes: Iterable[str], *, others: str = "") -> dict[str, str]:
    """This will say of each "by" who that is: an operator by name, a process, or somebody else.

    `others` is what people are called who do not work here; without it their code stands.
    """
    wanted = {code for code in codes if code}
    processes = {code for code in wanted if ":" in code or code in _PROCESSES}
    names = operator_names(codes=wanted - processes)
    itself = gettext("by itself")
    return {
        code: itself if code in processes else names.get(code) or others or code for code in wanted
    }


def who_and_why(who: str, why: str) -> str:
    """This will join who did something and the reason for it."""
    return " · ".join(part for part in (who, reason_words(why)) if part)
