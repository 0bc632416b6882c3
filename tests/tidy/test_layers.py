"""What the import contracts cannot see: foreign keys, lazy imports of another company's program."""

import tomllib

from django.apps import apps

from tests.tidy.source import ROOT, SHOAL, imports, modules, package, shown

# Neither above nor below: the frame that starts everything, and the sandbox's payment partner.
_APART = {"sandbox_pay"}


def test_foreign_keys_go_down() -> None:
    layers = _layers()
    upward = []
    for model in apps.get_models():
        own = _module(model)
        for field in model._meta.get_fields() if own else ():
            if not (field.concrete and field.is_relation) or field.related_model is None:
                continue
            other = _module(field.related_model)
            if other not in {"", own} and layers[other] >= layers[own]:
                upward.append(f"{model.__name__}.{field.name}: {own} to {other}")
    assert upward == []


def test_every_folder_has_its_place() -> None:
    folders = {path.parent.name for path in SHOAL.glob("*/__init__.py")}
    assert folders - _APART == set(_layers()) - {"wiring"}


def test_the_payment_partner_is_another_company() -> None:
    """It shares not a line of code with Shoal, so that it cannot agree with it by accident."""
    shared = [
        f"{shown(path)} {name}"
        for path in modules("src/shoal/sandbox_pay")
        for name in imports(path).values()
        if name.startswith("shoal") and not name.startswith("shoal.sandbox_pay")
    ]
    used = [
        shown(path)
        for path in modules("src")
        if package(path) not in _APART
        and path.stem not in _APART  # the command that starts it
        and any(name.startswith("shoal.sandbox_pay") for name in imports(path).values())
    ]
    assert (shared, used) == ([], [])


def _layers() -> dict[str, int]:
    """Each folder and how high it stands, from the contract in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    rows = [row.replace("|", ":").split(":") for row in contract["layers"]]
    return {name.strip(): -height for height, row in enumerate(rows) for name in row}


def _module(model: type) -> str:
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "shoal" else ""
