"""How many units an exchange was agreed about, where that is a part of what was asked for."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="caseline",
            name="agreed_units",
            field=models.PositiveIntegerField(
                null=True, help_text="what an exchange was agreed about; null: not yet, or no exchange"
            ),
        ),
        migrations.RemoveConstraint(model_name="caseline", name="case_line_amounts"),
        migrations.AddConstraint(
            model_name="caseline",
            constraint=models.CheckConstraint(
                condition=Q(units__gt=0, asked_minor__gte=0)
                & Q(asked_minor__lte=F("full_minor"))
                & (Q(given_units=None) | Q(given_units__lte=F("units")))
                & (Q(agreed_units=None) | Q(agreed_units__lte=F("units")))
                & (Q(given_minor=None) | Q(given_minor__gte=0, given_minor__lte=F("full_minor"))),
                name="case_line_amounts",
            ),
        ),
    ]
