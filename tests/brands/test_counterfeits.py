"""Reports that goods are not genuine."""

import pytest

from shoal.brands import operations, queries
from shoal.brands.models import Brand, CounterfeitReport
from shoal.brands.operations_reports import ReportEmpty, ReportJudged, ReportTooLong
from shoal.brands.steps import ReasonMissing
from shoal.kit import vault
from tests import goods
from tests.goods import AT, OLGA

pytestmark = pytest.mark.django_db
TEXT = "the seal is printed, not stamped"


def test_what_she_wrote_is_sealed_and_only_revealed() -> None:
    alice, brand = goods.person(), goods.active_brand()
    report = operations.report_counterfeit(brand=brand, reporter=alice, text=TEXT, at=AT)
    assert TEXT.encode() not in bytes(report.sealed)
    assert queries.counterfeit_reports()[0].text == TEXT
    vault.erase(alice.id)
    assert queries.counterfeit_reports()[0].text is None


def test_a_verdict_has_a_reason_and_stands() -> None:
    brand = goods.active_brand()
    report = operations.report_counterfeit(brand=brand, reporter=goods.person(), text=TEXT, at=AT)
    with pytest.raises(ReasonMissing):
        operations.judge_counterfeit(code=report.code, upheld=True, reason="", by=OLGA, at=AT)
    operations.judge_counterfeit(code=report.code, upheld=True, reason="tested", by=OLGA, at=AT)
    with pytest.raises(ReportJudged):
        operations.judge_counterfeit(code=report.code, upheld=False, reason="…", by=OLGA, at=AT)
    report.refresh_from_db()
    assert (report.verdict, report.reason) == ("upheld", "tested")
    brand.refresh_from_db()
    assert brand.state == Brand.State.ACTIVE


def test_empty_or_endless_reports_are_refused() -> None:
    brand, alice = goods.active_brand(), goods.person()
    with pytest.raises(ReportEmpty):
        operations.report_counterfeit(brand=brand, reporter=alice, text=" ", at=AT)
    with pytest.raises(ReportTooLong):
        operations.report_counterfeit(brand=brand, reporter=alice, text="x" * 4001, at=AT)
    assert not CounterfeitReport.objects.exists()
