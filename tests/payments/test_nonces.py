"""A message that somebody recorded is not taken in a second time; what failed is welcome again."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from shoal.kit import events
from shoal.payments import nonces, tasks
from shoal.payments.events import PaymentCaptured
from shoal.payments.models import Notice, SpentNonce
from shoal.payments.nonces import NoticeReplayed
from shoal.payments.rules import Verdict
from tests.payments.makers import NOW, books, captured, open_one, tell

pytestmark = pytest.mark.django_db(transaction=True)
PAID = {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


def test_the_same_message_is_taken_in_once_and_the_same_event_anew_is_known():
    intent = open_one()
    notice = captured(intent, event="charge-1", nonce="a1")
    assert tell(notice) == [Verdict.ACCEPTED]
    with pytest.raises(NoticeReplayed):
        tell(notice)
    assert tell(captured(intent, event="charge-1", nonce="a2")) == [None]
    assert books(intent) == PAID


def test_a_number_counts_for_the_provider_that_signed_it():
    tell(captured(open_one(), nonce="a1"))
    tell(captured(open_one(), nonce="a1", provider="stripe"))
    assert Notice.objects.count() == 2


def test_one_spent_number_takes_nothing_in():
    known, fresh = open_one(), open_one()
    tell(captured(known, nonce="a1"))
    with pytest.raises(NoticeReplayed):
        tell(captured(fresh, nonce="a2"), captured(known, nonce="a1"))
    assert books(fresh) == {}
    assert tell(captured(fresh, nonce="a2")) == [Verdict.ACCEPTED]


def test_what_failed_on_our_side_is_welcome_again():
    def fail(_facts: object) -> None:
        raise DatabaseError("the disk is full")

    intent = open_one()
    notice = captured(intent, nonce="a1")
    events.route({PaymentCaptured: (fail,)})
    with pytest.raises(DatabaseError):
        tell(notice)
    events.route({})
    assert tell(notice) == [Verdict.ACCEPTED]
    assert books(intent) == PAID


def test_numbers_are_kept_as_long_as_a_message_of_theirs_may_come():
    tell(captured(open_one(), nonce="a1"))
    nonces.forget_nonces(at=NOW + timedelta(minutes=14))
    assert SpentNonce.objects.exists()
    nonces.forget_nonces(at=NOW + timedelta(minutes=16))
    assert not SpentNonce.objects.exists()
    assert tasks.forget_nonces.name == "payments.forget_nonces"
