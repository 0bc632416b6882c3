"""What a brand cannot ship, among everything that waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("problem", ""), _negated=True),
                fields=["order"],
                name="parcel_held_up",
            ),
        ),
    ]
