"""The list of personal data is complete: every sealed column stands in it."""

from pathlib import Path

from django.apps import apps

LIST = Path(__file__).parents[2] / "docs" / "reference" / "personal-data.md"


def test_every_sealed_column_is_listed():
    text = LIST.read_text(encoding="utf-8")
    sealed = {
        f"`{model._meta.db_table}.{field.name}`"
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name == "sealed" or "vault" in str(field.help_text)
    }
    assert sealed
    assert {name for name in sealed if name not in text} == set()


def test_every_listed_table_exists():
    tables = {model._meta.db_table for model in apps.get_models()}
    rows = [line for line in LIST.read_text(encoding="utf-8").splitlines() if "| `" in line]
    named = {line.split("`")[1].split(".")[0] for line in rows}
    assert named - tables == set()
