"""Money on its way out: where it goes, what was sent, what holds it back, deposits, goodwill."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from shoal.brands.models import Brand
from shoal.kit.ids import short_code, uuid7
from shoal.orders.models import Order
from shoal.people.models import Person


def new_payout_code() -> str:
    """This will make our number at a payout partner: too long to collide, short enough for all."""
    return short_code(20)


class PartyKind(models.TextChoices):
    """Who is paid: `party` beside it is a shop's or a brand's id."""

    KEEPER = "keeper"
    BRAND = "brand"


class PayoutAccount(models.Model):
    """Where a party's money goes. Another account is another row: this one is then replaced."""

    class Kind(models.TextChoices):
        BANK = "bank", pgettext_lazy("payout account", "Bank account")
        WALLET = "wallet", pgettext_lazy("payout account", "Wallet")

    class State(models.TextChoices):
        GIVEN = "given", "an operator compares the name with the papers"
        PROVING = "proving", "a small sum is sent; she types back how much it was"
        VERIFIED = "verified"
        REFUSED = "refused"
        REPLACED = "replaced"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    party_kind = models.CharField(max_length=8, choices=PartyKind)
    party = models.UUIDField()
    kind = models.CharField(max_length=8, choices=Kind)
    # A shop's is its keeper's: erasing her makes it noise. A brand has a key of its own.
    key = models.UUIDField(help_text="whose key it is sealed under")
    sealed = models.BinaryField(help_text="vault: holder, bank, number")
    state = models.CharField(max_length=10, choices=State, default=State.GIVEN)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was refused")
    proof_minor = models.BigIntegerField(null=True, help_text="the small sum she types back")
    proof_tries = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(
        null=True, help_text="nothing is paid out before: the account was changed"
    )
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=40)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=40, blank=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party_kind", "party"],
                condition=Q(state__in=["given", "proving", "verified"]),
                name="one_payout_account",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified")
                | ~Q(checked_by="") & ~Q(checked_by=F("given_by")) & Q(verified_at__isnull=False),
                name="payout_account_checked",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "given_at"], name="payout_acct_state")]


class PayoutRun(models.Model):
    """Payouts that one operator put together and another releases."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        RELEASED = "released"
        DROPPED = "dropped", "its payouts wait for another run"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=40)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was dropped")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="released")
                | ~Q(decided_by="") & ~Q(decided_by=F("prepared_by")) & Q(decided_at__isnull=False),
                name="payout_run_needs_two",
            ),
            # A process signs with a colon; it may prepare payouts, never a run.
            models.CheckConstraint(
                condition=~Q(prepared_by__contains=":") & ~Q(decided_by__contains=":"),
                name="payout_run_needs_people",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-prepared_at"], name="payout_run_time")]


class Payout(models.Model):
    """One sum on its way to a party: hold (this row), call the partner, confirm.

    Its state is a projection of its steps. A failed one is over: its money is back where it came
    from, and may be paid again as another payout.
    """

    class Purpose(models.TextChoices):
        BALANCE = "balance", "what she earned"
        PROOF = "proof", "a small sum of the platform's that proves her account"
        DEPOSIT = "deposit", "a brand's deposit, given back"

    class State(models.TextChoices):
        MADE = "made", "waits for a run and its release"
        RELEASED = "released", "the worker sends it"
        SENT = "sent", "the partner has it in hand"
        PAID = "paid"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(
        max_length=20, unique=True, default=new_payout_code, help_text="our number at the partner"
    )
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.BALANCE)
    party_kind = models.CharField(max_length=8, choices=PartyKind)
    party = models.UUIDField()
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="payouts")
    run = models.ForeignKey(PayoutRun, models.PROTECT, null=True, related_name="payouts")
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField(help_text="what left her balance")
    withheld_minor = models.BigIntegerField(default=0, help_text="of it, owed to the tax office")
    amount = models.BigIntegerField(help_text="what reaches her account")
    state = models.CharField(max_length=8, choices=State, default=State.MADE)
    period = models.CharField(max_length=10, blank=True, help_text="the period of the worker's")
    provider = models.CharField(max_length=20, blank=True, help_text="chosen when released")
    reference = models.CharField(max_length=80, blank=True, help_text="the partner's number")
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, help_text="when the worker acts on it again")
    trouble = models.CharField(max_length=200, blank=True, help_text="why the last try failed")
    told_at = models.DateTimeField(null=True, help_text="the moment of the partner's last word")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=40)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    amount__gt=0,
                    withheld_minor__gte=0,
                    gross_minor=F("amount") + F("withheld_minor"),
                ),
                name="payout_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="proof") | Q(amount__lt=100), name="proof_is_small"
            ),
            # Earnings leave in a run, which two people made; the rest was decided elsewhere by two.
            models.CheckConstraint(
                condition=~Q(purpose="balance")
                | Q(state__in=["made", "failed"])
                | Q(run__isnull=False),
                name="payout_leaves_in_a_run",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "failed"], done_at__isnull=False, next_at=None)
                | ~Q(state__in=["paid", "failed"]) & Q(done_at=None),
                name="payout_done",
            ),
            # However often she taps: one at a time, and one per period from the worker.
            models.UniqueConstraint(
                fields=["party_kind", "party", "currency"],
                condition=Q(purpose="balance", state__in=["made", "released", "sent"]),
                name="one_open_payout",
            ),
            models.UniqueConstraint(
                fields=["party_kind", "party", "currency", "period"],
                condition=~Q(period=""),
                name="one_payout_per_period",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(purpose="proof") & ~Q(state="failed"),
                name="one_proof_per_account",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="payout_due"),
            models.Index(fields=["party_kind", "party", "-made_at"], name="payout_party"),
            models.Index(fields=["state", "made_at"], name="payout_state"),
        ]


class PayoutStep(models.Model):
    """Fact: a payout's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, choices=Payout.State)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class PayoutNotice(models.Model):
    """Fact: what a payout partner told us, once per its own event, and what we made of it."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        WRONG_AMOUNT = "wrong_amount"
        REPEATED = "repeated"
        TOO_LATE = "too_late", "older than what we know"
        UNKNOWN = "unknown", "we sent no such payout"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    event = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, help_text="paid, failed")
    our_code = models.CharField(max_length=40)
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="notices")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=15, choices=Verdict)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event"], name="one_payout_notice"),
        ]


class PayoutHold(models.Model):
    """An operator keeps a party's money back, with a reason that she reads."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    party_kind = models.CharField(max_length=8, choices=PartyKind)
    party = models.UUIDField()
    reason = models.CharField(max_length=200)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=40)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=40, blank=True)
    why_lifted = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party_kind", "party"],
                condition=Q(lifted_at=None),
                name="one_payout_hold",
            ),
        ]


class DepositMove(models.Model):
    """A brand's deposit paid in or given back, by two people; or the part that covered a debt."""

    class Kind(models.TextChoices):
        PAID_IN = "paid_in"
        GIVEN_BACK = "given_back"
        COVERED = "covered", "by the worker, when a balance stayed below zero"

    class State(models.TextChoices):
        ASKED = "asked"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="deposit_moves", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, blank=True, help_text="the bank's number")
    reason = models.CharField(max_length=200, blank=True)
    payout = models.OneToOneField(Payout, models.PROTECT, null=True, related_name="deposit_move")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_move_positive"),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(kind="covered")
                | ~Q(decided_by="") & ~Q(decided_by=F("asked_by")),
                name="deposit_needs_two_people",
            ),
            # The same line of the bank's statement is not a second deposit.
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(kind="paid_in") & ~Q(state="refused"),
                name="one_deposit_per_bank_line",
            ),
            models.UniqueConstraint(
                fields=["brand"],
                condition=Q(kind="given_back", state="asked"),
                name="one_deposit_to_give_back",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["brand", "-asked_at"], name="deposit_brand")]


class Goodwill(models.Model):
    """Fact: the platform gave a customer something of its own; no refund, and no commission."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    customer = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="goodwill")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    provider = models.CharField(
        max_length=20, blank=True, help_text="through whom it went; empty: from our bank, by hand"
    )
    reference = models.CharField(max_length=80, help_text="the bank's or the partner's number")
    asked_by = models.CharField(max_length=40)
    approved_by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="goodwill_positive"),
            models.CheckConstraint(
                condition=~Q(approved_by=F("asked_by")) & ~Q(asked_by="") & ~Q(approved_by=""),
                name="goodwill_needs_two",
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"], name="one_goodwill_per_reference"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-at"], name="goodwill_customer"),
        ]


class GoodwillWish(models.Model):
    """An operator's wish to give a customer something; a second operator decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    customer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="goodwill_wishes")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    verdict = models.CharField(max_length=10, default="", blank=True, help_text="approved, refused")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=40, blank=True)
    gift = models.OneToOneField(Goodwill, models.PROTECT, null=True, related_name="wish")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="goodwill_wish_positive"),
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")), name="goodwill_wish_needs_two"
            ),
        ]
