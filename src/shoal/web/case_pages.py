"""What the page of a case needs on every face, and the pictures that come with its words."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext

from shoal.care.models import Case
from shoal.care.operations_cases import LONGEST_WORDS, MOST_PICTURES, TooManyPictures
from shoal.care.queries_cases import entries_of, picture_of, replacements_of
from shoal.care.rules_cases import Kind
from shoal.kit.amounts import amount_text
from shoal.kit.money import Money
from shoal.kit.pictures import MAX_BYTES, LoosePicture, loose_pictures
from shoal.web.cases import (
    freight_told,
    kind_name,
    line_rows,
    money_told,
    postage_told,
    reason_name,
    state_kind,
    state_name,
    told_entries,
    waits_told,
)


def shown_case(case: Case, *, names: Mapping[str, str], face: str) -> dict[str, object]:
    """This will gather what every side sees of a case."""
    return {
        "case": case,
        "kind": kind_name(case.kind),
        "reason": reason_name(case.reason),
        "state": state_name(case),
        "colour": state_kind(case),
        "waits": waits_told(case),
        "freight": freight_told(case),
        "refund": Money(case.refund_minor, case.currency),
        "offered": _offered(case),
        "money": money_told(case),
        "postage": postage_told(case),
        "lines": line_rows(case),
        "entries": told_entries(case, entries_of(case=case), names=names, face=face),
        "replacements": replacements_of(case=case),
        "longest": LONGEST_WORDS,
    }


def _offered(case: Case) -> str:
    """What she agrees to with the brand's offer, if anything is on the table."""
    rows = case.lines.all()
    if case.kind == Kind.EXCHANGE:
        units = sum(row.given_units or 0 for row in rows)
        words = ngettext(
            "Agree to an exchange of {units}", "Agree to an exchange of {units}", units
        )
        return words.format(units=units) if units else ""
    given = sum(row.given_minor or 0 for row in rows)
    amount = amount_text(amount=Money(given, case.currency))
    return gettext("Agree to {amount}").format(amount=amount) if given else ""


def pictures_of(request: HttpRequest) -> list[LoosePicture]:
    """This will check and strip the pictures of a form. Raises the refusal of the first bad one."""
    files = request.FILES.getlist("pictures")
    if len(files) > MOST_PICTURES:
        raise TooManyPictures(most=MOST_PICTURES)
    return loose_pictures([file.read(MAX_BYTES + 1) for file in files])


def picture_answer(case: Case, picture: UUID) -> HttpResponse:
    """This will answer with a picture of a case that the reader may see. Raises NotFound."""
    answer = HttpResponse(picture_of(case=case, picture=picture), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
