"""Statements: what moved in a party's account in a period, for good; and who it is made out to."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.kit.ids import short_code, uuid7
from shoal.kit.money import Money
from shoal.ledger.models import Account, Transfer
from shoal.settlement.rules_statements import Period

# What moves a balance without being earned or given back: it goes to the party's bank, the tax
# office, or comes from its own deposit.
_PAID = ("payout", "payout_failed", "withholding", "deposit_cover")


class StatementRun(models.Model):
    """A period that is over, its bounds frozen; done once every party has its statement."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    period = models.CharField(max_length=12, choices=[(p.value, p.value) for p in Period])
    zone = models.CharField(max_length=64, help_text="time zone of the market at that time")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="run_has_length"),
            models.UniqueConstraint(fields=["starts_at"], name="one_run_from"),
            models.UniqueConstraint(fields=["ends_at"], name="one_run_until"),
        ]


class Statement(models.Model):
    """Fact: what one account of a party moved in a period, and what stood in it before and after.

    It lists transfers, each on one statement of an account. What was posted too late for its own
    period stands on the next one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    account = models.ForeignKey(Account, models.PROTECT, related_name="statements", db_index=False)
    run = models.ForeignKey(StatementRun, models.PROTECT, related_name="statements")
    opening_minor = models.BigIntegerField()
    credits_minor = models.BigIntegerField()
    debits_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    by_kind = models.JSONField(help_text="kind of transfer to what it changed, signed")
    transfers = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "run"], name="one_statement"),
            models.CheckConstraint(
                condition=Q(
                    closing_minor=F("opening_minor") + F("credits_minor") - F("debits_minor")
                ),
                name="statement_adds_up",
            ),
        ]

    @property
    def opening(self) -> Money:
        """What stood in the account when the period began."""
        return Money(self.opening_minor, self.account.currency)

    @property
    def closing(self) -> Money:
        """What stood in it when the period was over."""
        return Money(self.closing_minor, self.account.currency)

    @property
    def change(self) -> Money:
        """What the period brought, or took."""
        return Money(self.credits_minor - self.debits_minor, self.account.currency)

    @property
    def earned(self) -> Money:
        """What the period brought before anything was paid out of it, or came back from a bank."""
        paid = sum(self.by_kind.get(kind, 0) for kind in _PAID)
        return self.change - Money(paid, self.account.currency)


class StatementTransfer(models.Model):
    """Fact: a transfer stands on this statement, and on no other one of the same account."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="stated")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "transfer"], name="stated_once"),
        ]


class InvoiceProfile(models.Model):
    """Fact: whom statements and invoices of a party are made out to, from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party_kind = models.CharField(max_length=8, help_text="keeper or brand")
    party = models.UUIDField()
    key = models.UUIDField(help_text="whose key it is sealed under")
    sealed = models.BinaryField(help_text="vault: legal name, tax number, address, invoice title")
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=40)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["party_kind", "party", "-given_at"], name="invoice_profile_party"),
        ]
