"""States that follow from steps: what doctor compares."""

from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from shoal.kit.health import Check

_EXAMPLES = 5


def state_follows(
    name: str, *, rows: type[models.Model], steps: type[models.Model], key: str, first: str = ""
) -> Check:
    """This will check that each row's `state` is that of its last step, by the step's field `key`.

    `first` is the state of a row that has no step yet; without it every row needs one.
    """
    last = steps._default_manager.filter(**{key: OuterRef("pk")}).order_by("-id").values("state")  # noqa: SLF001 - documented in spite of its name
    drifted = (
        rows._default_manager.annotate(last=Coalesce(Subquery(last[:1]), Value(first)))  # noqa: SLF001
        .exclude(state=F("last"))
        .values_list("code", flat=True)[:_EXAMPLES]
    )
    found = ", ".join(drifted)
    return Check(
        name,
        ok=not found,
        sentence=f"Their state is not that of their last step: {found}. Look at who changed the"
        " table by hand and set the state back.",
    )
