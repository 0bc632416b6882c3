"""What several faces are told alike."""

from django.utils.translation import gettext

from shoal.orders.models import Parcel
from shoal.orders.queries import InvoiceWish


def parcel_words(parcel: Parcel, *, paid: bool) -> tuple[str, str]:
    """This will return where a parcel is, and the kind of badge that says it."""
    words = {
        Parcel.State.WAITING: (gettext("Being packed"), ""),
        Parcel.State.SHIPPED: (gettext("On the way"), "good"),
        Parcel.State.DELIVERED: (gettext("Arrived"), "good"),
        Parcel.State.CANCELLED: (gettext("Cancelled"), ""),
    }
    state, kind = words[Parcel.State(parcel.state)]
    return state if paid else gettext("Packed once it is paid"), "warn" if parcel.problem else kind


def invoice_words(wish: InvoiceWish | None) -> str:
    """This will say what invoice is wanted: for whom, made out to whom, under which number."""
    if wish is None:
        return ""
    kind = {"personal": gettext("For a person"), "company": gettext("For a company")}[wish.kind]
    return " · ".join(part for part in (kind, wish.title, wish.tax_number) if part)
