"""Papers of a brand: handed in, and judged."""

from datetime import date, datetime

from shoal.brands.models import Brand, Paper, Verdict
from shoal.brands.steps import lock_brand, need_reason
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.papers import check_paper, keep_paper, private_storage
from shoal.kit.transactions import one_transaction, operation


class PaperExpired(Refused):
    """This paper was valid until {until} only. Hand in one that is still valid."""

    code = "paper_expired"


class PaperHandedIn(Refused):
    """You have already handed in this very file."""

    code = "paper_handed_in"


class PaperJudged(Refused):
    """This paper has already been judged."""

    code = "paper_judged"


def hand_in_paper(
    *,
    brand: Brand,
    kind: Paper.Kind,
    data: bytes,
    at: datetime,
    number: str = "",
    valid_until: date | None = None,
) -> Paper:
    """This will check a paper's file by its content and keep it where only operators read it.

    Raises NotAPaper, PaperTooLarge, PaperExpired, or PaperHandedIn for the same file again.
    """
    if valid_until is not None and valid_until < at.date():
        raise PaperExpired(until=valid_until.isoformat())
    checked = check_paper(data)
    paper_id = uuid7()
    # The file first: a row never names a file that is not there.
    name = keep_paper(checked, f"papers/{brand.code}/{paper_id}")
    try:
        with one_transaction():
            lock_brand(brand.id)
            same = Paper.objects.filter(brand=brand, kind=kind, digest=checked.digest)
            if same.exclude(verdict=Verdict.REFUSED).exists():
                raise PaperHandedIn
            return Paper.objects.create(
                id=paper_id,
                brand=brand,
                kind=kind,
                file=name,
                media_type=checked.media_type,
                digest=checked.digest,
                number=number.strip()[:60],
                valid_until=valid_until,
                handed_in_at=at,
            )
    except BaseException:
        private_storage().delete(name)
        raise


@operation
def judge_paper(*, code: str, accepted: bool, reason: str, by: str, at: datetime) -> Paper:
    """This will accept or refuse a paper; a refusal needs a reason. Raises PaperJudged."""
    paper = Paper.objects.select_for_update().filter(code=code).first()
    if paper is None:
        raise NotFound
    if paper.verdict:
        raise PaperJudged
    paper.reason = reason.strip() if accepted else need_reason(reason)
    paper.verdict = Verdict.ACCEPTED if accepted else Verdict.REFUSED
    paper.judged_at, paper.judged_by = at, by
    paper.save(update_fields=["verdict", "reason", "judged_at", "judged_by"])
    return paper
