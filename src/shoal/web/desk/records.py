"""Raw records, for the administrator to look at: nothing here can be changed.

The tables stand in django-unfold. Every route carries the desk's own mark, answers GET only, and
shows no sealed column. Its scripts need a policy of their own: see docs/decisions.
"""

from collections.abc import Callable, Sequence
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator
from unfold.sites import UnfoldAdminSite

from shoal.brands.models import Brand, BrandStep, Contract
from shoal.catalog.models import Product, Sku
from shoal.ledger.models import Account, Transfer
from shoal.offers.models import FlashSale, Offer
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.payments.models import Intent, Notice, Refund
from shoal.people.models import Person
from shoal.settlement.models import SettledLine
from shoal.shops.models import Shop
from shoal.stock.models import Allotment
from shoal.traffic.models import Share
from shoal.web.access import operator
from shoal.web.desk.frame import ADMIN

_SHOWN: tuple[type[models.Model], ...] = (
    Person, Brand, BrandStep, Contract, Product, Sku, Allotment, FlashSale, Offer, Shop, Share,
    Order, OrderLine, Parcel, Intent, Notice, Refund, Account, Transfer, SettledLine,
)  # fmt: skip
_HIDDEN = {"password", "last_login", "search_text"}
_COLUMNS = 8
_PAGES = {"index", "app_list", "search", "jsi18n"}
_TABLE_PAGES = ("_changelist", "_change")
_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class ReadOnly(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """A table that can be looked at."""

    actions = None
    list_per_page = 50
    # The number of all rows would cost more than the rows.
    paginator = InfinitePaginator
    show_full_result_count = False

    def __init__(self, model: type[models.Model], site: UnfoldAdminSite) -> None:
        super().__init__(model, site)
        fields = shown_fields(model)
        names = {field.name for field in fields}
        self.fields = [field.name for field in fields]
        # Keys as they stand: the names behind them would cost a query each.
        self.list_display = tuple(field.attname for field in fields[:_COLUMNS])
        self.list_display_links = (self.list_display[0],)
        self.list_filter = tuple(name for name in ("state",) if name in names)
        self.search_fields = tuple(f"{name}__exact" for name in ("code",) if name in names)
        self.ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        """This will keep the list and the single record."""
        return [one for one in super().get_urls() if _is_of_table(one)]

    def has_view_permission(self, *_args: Any) -> bool:
        """This will say yes: the route itself is guarded."""
        return True

    def has_module_permission(self, *_args: Any) -> bool:
        """This will say yes: the route itself is guarded."""
        return True

    def has_add_permission(self, *_args: Any) -> bool:
        """This will refuse."""
        return False

    def has_change_permission(self, *_args: Any) -> bool:
        """This will refuse."""
        return False

    def has_delete_permission(self, *_args: Any) -> bool:
        """This will refuse."""
        return False


class Records(UnfoldAdminSite):  # type: ignore[misc]  # unfold ships no types
    """The site of the raw records, below the desk."""

    site_header = site_title = index_title = gettext_lazy("Raw records")
    site_url = "/desk/"
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """This will say yes: every route is guarded where it is mounted."""
        del request
        return True

    @property
    def urls(self) -> tuple[list[URLPattern | URLResolver], str, str]:
        """This will list the routes, each behind the mark of the desk."""
        return guarded(self.get_urls()), "admin", self.name


def shown_fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """This will list a table's columns but those that are sealed, secret or files."""
    return [
        field
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's own way to ask
        if not isinstance(field, models.BinaryField | models.FileField)
        and field.name not in _HIDDEN
    ]


def guarded(patterns: Sequence[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """This will put every view of `patterns` behind the administrator's mark, for reading only."""
    found: list[URLPattern | URLResolver] = []
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = guarded(entry.url_patterns)
            found.append(URLResolver(entry.pattern, inner, entry.default_kwargs))
        elif entry.name in _PAGES or _is_of_table(entry):
            found.append(URLPattern(entry.pattern, _guard(entry.callback), name=entry.name))
    return found


def _is_of_table(entry: URLPattern) -> bool:
    name = str(entry.name)
    return name.endswith(_TABLE_PAGES) and name != "password_change"


def _guard(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    return operator(ADMIN)(csp_update(_POLICY)(require_safe(view)))


site = Records(name="records")
for shown in _SHOWN:
    site.register(shown, ReadOnly)
