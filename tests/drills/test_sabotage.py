"""What a sabotage takes out is still there to be taken out: the drill itself takes minutes."""

from pathlib import Path

import pytest
from django.apps import apps

import shoal
from tests.drills.sabotage import TABLE, Sabotage

_SOURCE = Path(shoal.__file__).parent


@pytest.mark.parametrize("sabotage", TABLE.values(), ids=TABLE)
def test_every_patch_fits_the_source(sabotage: Sabotage) -> None:
    texts = {patch.file: (_SOURCE / patch.file).read_text() for patch in sabotage.patches}
    for patch in sabotage.patches:
        texts[patch.file] = patch.applied(texts[patch.file])


@pytest.mark.parametrize("sabotage", TABLE.values(), ids=TABLE)
def test_every_constraint_is_one_of_its_table(sabotage: Sabotage) -> None:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    named = {constraint.name for constraint in tables[sabotage.table]._meta.constraints}
    assert set(sabotage.constraints) <= named
