"""What several faces are told alike."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext

from shoal.orders.models import OrderStep, Parcel, ParcelStep
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


def happenings(steps: Iterable[OrderStep | ParcelStep]) -> dict[UUID, str]:
    """This will title, by step, what happened to an order and left its state as it was.

    `steps` are all of one order, in their order: a process writes such a step with the state before
    it, and what happened as its reason. Steps that change the state are left out.
    """
    titles = {
        "address changed": gettext("The address was changed"),
        "refund arrived": gettext("The refund has arrived"),
        "excess returned": gettext("A payment that did not fit the order went back"),
    }
    found, before = {}, ""
    for step in steps:
        if isinstance(step, OrderStep):
            if step.state == before and step.reason in titles:
                found[step.id] = titles[step.reason]
            before = step.state
    return found
