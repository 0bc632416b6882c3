"""Double entry: a transfer moves an amount from one account to another and is never changed."""

from typing import ClassVar

from django.db import models

from shoal.kit.ids import uuid7


class Account(models.Model):
    """Where money stands: a platform-wide account, or one of a party's."""

    class Kind(models.TextChoices):
        CLEARING = "clearing", "paid in at a provider, by provider"
        ESCROW = "escrow", "paid by customers, owed to nobody yet"
        BRAND = "brand_payable"
        KEEPER = "keeper_payable"
        FEE = "platform_fee"
        TAX = "tax_payable"
        DEPOSIT = "brand_deposit"
        POSTAGE = "return_postage", "what brands owe customers for the way back"
        GOODWILL = "goodwill"
        PROMOTION = "promotion", "what a funder gives towards discounts"
        BANK = "bank", "our own bank account"
        PROVIDER_FEE = "provider_fee", "what payment providers kept for their work"
        PAYOUT = "payout", "left a party's account, not yet at her bank"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    # The party is a brand or a shop; for clearing it is empty and `provider` names whose books.
    party = models.UUIDField(null=True)
    provider = models.CharField(max_length=20, default="", blank=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "party", "provider", "currency"],
                name="one_account",
                nulls_distinct=False,
            ),
            # What a transfer's two-column foreign keys point at: its currency is its accounts'.
            models.UniqueConstraint(fields=["id", "currency"], name="account_currency"),
        ]


class Transfer(models.Model):
    """`amount` minor units from `debit` to `credit`; those of one event share an `entry`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.UUIDField()
    kind = models.CharField(max_length=30)
    debit = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # The order, payment, refund, batch or payout this is about; a pseudonymous id of that module.
    subject = models.UUIDField()
    at = models.DateTimeField()
    by = models.CharField(max_length=40, help_text="a person's code, or the name of a process")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="transfer_two_accounts"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["debit", "at"], name="transfer_debit"),
            models.Index(fields=["credit", "at"], name="transfer_credit"),
            models.Index(fields=["subject"], name="transfer_subject"),
        ]


class Balance(models.Model):
    """Projection of a party's transfers; a platform-wide account has none: it would be hot."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True)
    debits = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)


class Snapshot(models.Model):
    """What a platform-wide account had moved by transfers with ids below `before`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="snapshots", db_index=False)
    before = models.UUIDField()
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "before"], name="one_snapshot"),
        ]
