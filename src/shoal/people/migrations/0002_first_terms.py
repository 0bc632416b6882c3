from datetime import UTC, datetime
from pathlib import Path

from django.db import migrations

_TEXTS = Path(__file__).parents[1] / "terms"


def publish(apps, schema_editor):
    apps.get_model("people", "Terms").objects.create(
        version=1,
        texts={
            language: (_TEXTS / f"1.{language}.txt").read_text(encoding="utf-8")
            for language in ("zh", "en")
        },
        published_at=datetime.now(UTC),
        published_by="installation",
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
