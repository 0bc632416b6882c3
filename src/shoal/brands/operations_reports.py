"""Reports that goods are not genuine."""

from datetime import datetime
from uuid import UUID

from shoal.brands.models import Brand, CounterfeitReport
from shoal.brands.steps import keep_report, write_verdict
from shoal.kit.errors import NotFound, Refused
from shoal.kit.transactions import operation
from shoal.people.models import Person

_LONGEST = 4000


class ReportTooLong(Refused):
    """This report is too long. The limit is {longest} characters."""

    code = "report_too_long"


class ReportEmpty(Refused):
    """Please tell us what makes you think that the goods are not genuine."""

    code = "report_empty"


class ReportJudged(Refused):
    """This report has already been judged."""

    code = "report_judged"


@operation
def report_counterfeit(
    *, brand: Brand, reporter: Person, text: str, at: datetime, product: UUID | None = None
) -> CounterfeitReport:
    """This will keep a report, what she wrote sealed for her. Raises ReportEmpty, ReportTooLong."""
    text = text.strip()
    if not text:
        raise ReportEmpty
    if len(text) > _LONGEST:
        raise ReportTooLong(longest=_LONGEST)
    return keep_report(brand=brand.id, product=product, reporter=reporter, text=text, at=at)


@operation
def judge_counterfeit(
    *, code: str, upheld: bool, reason: str, by: str, at: datetime
) -> CounterfeitReport:
    """This will uphold or dismiss a report with a reason. Raises ReportJudged.

    A verdict suspends nobody by itself: that is a decision of its own, with its own reason.
    """
    report = CounterfeitReport.objects.select_for_update().filter(code=code).first()
    if report is None:
        raise NotFound
    if report.verdict:
        raise ReportJudged
    write_verdict(report=report, upheld=upheld, reason=reason, by=by, at=at)
    return report
