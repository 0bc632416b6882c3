from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shoal.kit.money import Money
from shoal.payments.rules import (
    Kind,
    Verdict,
    goes_back,
    judge_capture,
    judge_refund,
    question_pause,
    refund_pause,
)

sums = st.builds(
    Money, st.integers(min_value=1, max_value=10**12), st.sampled_from(["CNY", "USD", "JPY"])
)


@given(asked=sums, told=sums, captured=st.booleans())
def test_only_the_exact_sum_pays_and_only_once(asked, told, captured):
    verdict = judge_capture(asked=asked, told=told, captured=captured)
    assert (verdict is Verdict.ACCEPTED) == (told == asked and not captured)
    assert goes_back(verdict) == (verdict is not Verdict.ACCEPTED)


@given(asked=sums, told=sums, done=st.booleans(), kind=st.sampled_from(list(Kind)[1:]))
def test_a_refund_that_is_done_stays_done(asked, told, done, kind):
    verdict = judge_refund(kind=kind, asked=asked, told=told, done=done)
    if done:
        assert verdict in {Verdict.REPEATED, Verdict.TOO_LATE}
    elif kind is Kind.REFUNDED:
        assert (verdict is Verdict.ACCEPTED) == (told == asked)


@given(st.integers(min_value=1, max_value=11))
def test_pauses_grow_and_end(attempts):
    pause, longer = refund_pause(attempts=attempts), refund_pause(attempts=attempts + 1)
    assert pause is not None
    assert timedelta(minutes=1) <= pause <= timedelta(hours=6)
    assert longer is None or longer >= pause
    assert refund_pause(attempts=12) is None
    assert question_pause(asked=12) is None


def test_pauses_double_from_a_minute_to_six_hours():
    minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    expected = [timedelta(minutes=each) for each in minutes]
    assert [refund_pause(attempts=times) for times in range(1, 12)] == expected
    assert [question_pause(asked=times) for times in range(11)] == expected
    assert question_pause(asked=11) == timedelta(hours=6)
    assert refund_pause(attempts=0) == timedelta(minutes=1)
    assert refund_pause(attempts=13) is None
    assert question_pause(asked=13) is None


def test_a_failed_refund_is_tried_again_and_a_late_failure_waits_for_a_person():
    some, other = Money(100, "CNY"), Money(99, "CNY")
    for told in (some, other):
        failed = {"kind": Kind.REFUND_FAILED, "asked": some, "told": told}
        assert judge_refund(**failed, done=False) is Verdict.ACCEPTED
        assert judge_refund(**failed, done=True) is Verdict.TOO_LATE
        arrived = {"kind": Kind.REFUNDED, "asked": some, "told": told}
        assert judge_refund(**arrived, done=True) is Verdict.REPEATED
    assert judge_refund(kind=Kind.REFUNDED, asked=some, told=other, done=False) is (
        Verdict.WRONG_AMOUNT
    )
