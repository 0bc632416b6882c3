"""Terms of use: versions are kept for ever, and who accepted which, when."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Max

from shoal.kit.errors import Refused
from shoal.kit.transactions import operation
from shoal.people.models import Person, Terms, TermsAcceptance
from shoal.people.queries import terms_now


class TermsChanged(Refused):
    """The terms have changed in the meantime. Please read the new version."""

    code = "terms_changed"


@operation
def publish_terms(*, texts: Mapping[str, str], by: str, at: datetime) -> Terms:
    """This will publish the next version of the terms; everybody is asked once to accept it."""
    newest = Terms.objects.aggregate(newest=Max("version"))["newest"] or 0
    return Terms.objects.create(
        version=newest + 1, texts=dict(texts), published_at=at, published_by=by
    )


@operation
def accept_terms(*, people: Iterable[Person], version: int, at: datetime) -> None:
    """This will write down that `people` accept `version`; a second time changes nothing.

    Raises TermsChanged when `version` is not the newest: they accepted what they did not read.
    """
    newest = terms_now()
    if newest is None or newest.version != version:
        raise TermsChanged
    TermsAcceptance.objects.bulk_create(
        [TermsAcceptance(person=person, terms=newest, accepted_at=at) for person in people],
        ignore_conflicts=True,
    )
