"""What the way back cost her, what the brand paid of it, and the transfer that brought it to her."""

from django.db import migrations, models
from django.db.models import F, Q

_DEEDS = [
    "open", "say", "forward", "accept", "offer", "refuse", "take_offer", "ask_platform", "rule",
    "confirm", "overturn", "send_back", "receive", "contest", "replace", "cannot_replace", "arrive",
    "withdraw", "refund", "money_back", "money_failed", "postage", "postage_paid", "end",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("care", "0002_agreed_units")]

    operations = [
        migrations.AddField(
            "case",
            "postage_asked_minor",
            models.BigIntegerField(default=0, help_text="what she says it cost"),
        ),
        migrations.AddField(
            "case",
            "postage_minor",
            models.BigIntegerField(default=0, help_text="what the brand paid of it"),
        ),
        migrations.AddField(
            "case",
            "postage_reference",
            models.CharField(
                blank=True,
                default="",
                max_length=80,
                help_text="the bank's number of the transfer to her",
            ),
            preserve_default=False,
        ),
        migrations.AddField("case", "postage_paid_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "casestep",
            "deed",
            models.CharField(choices=[(deed, deed) for deed in _DEEDS], max_length=15),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(postage_minor__gte=0, postage_minor__lte=F("postage_asked_minor"))
                & (
                    Q(postage_paid_at=None, postage_reference="")
                    | Q(postage_paid_at__isnull=False, postage_minor__gt=0)
                    & ~Q(postage_reference="")
                ),
                name="case_postage",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(
                fields=["postage_reference"],
                condition=~Q(postage_reference=""),
                name="one_transfer_per_postage",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["opened_at"],
                condition=Q(postage_minor__gt=0, postage_paid_at=None),
                name="case_postage_owed",
            ),
        ),
    ]
