"""The worker passes deadlines: one case that fails keeps no other waiting."""

from datetime import timedelta
from uuid import UUID

import pytest

from shoal.care import doctor, tasks
from shoal.care.models import Case
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.rules_cases import Kind, State
from shoal.kit import clock
from tests import trade
from tests.care.cases import again, ask, delivered

pytestmark = pytest.mark.django_db


def test_a_case_that_fails_spoils_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    market = trade.open_market()
    broken, sound = (ask(delivered(market), kind=Kind.REFUND) for _ in range(2))
    Case.objects.update(until_at=clock.now() - timedelta(hours=2))

    def pass_but_one(*, case: UUID, at: object) -> bool:
        if case == broken.id:
            raise RuntimeError("its rows contradict each other")
        return pass_deadline(case=case, at=at)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "pass_deadline", pass_but_one)
    tasks.deadlines()
    assert (again(broken).state, again(sound).state) == (State.ASKED, State.JUDGING)
    assert str(broken.id) in caplog.text
    late = next(check for check in doctor.checks() if "silence" in check.name)
    assert (late.ok, late.warning) == (False, True)
    assert late.sentence.startswith("1 cases wait")
    pass_deadline(case=broken.id, at=clock.now())
    assert next(check for check in doctor.checks() if "silence" in check.name).ok
