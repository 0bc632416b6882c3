"""`shoal import-products` and `export-products`: faults by row and column, in both languages."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from shoal.brands.models import Brand
from shoal.catalog.models import Product
from shoal.cli import export_products, import_products
from shoal.run.trouble import CannotRun
from tests import goods

GOOD = "product,category,sku,title_zh\nB1,home,B1,马克杯\nB2,home,B2,=1+1\n"
BAD = "product,category,sku,title_zh,weight_g\nB1,home,,马克杯,heavy\n"


@pytest.fixture
def brand(db: None) -> Iterator[Brand]:
    goods.category()
    with translation.override("en"):
        yield goods.active_brand()


def _arguments(file: Path, brand: str, **more: object) -> Namespace:
    return Namespace(file=file, brand=brand, **{"language": "en", "dry_run": False} | more)


def _sheet(folder: Path, text: str) -> Path:
    path = folder / "in.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_in_and_out(tmp_path: Path, brand: Brand, capsys: pytest.CaptureFixture[str]) -> None:
    path = _sheet(tmp_path, GOOD)
    assert import_products.run(_arguments(path, brand.code, dry_run=True)) == 0
    assert not Product.objects.exists()
    assert import_products.run(_arguments(path, brand.code)) == 0
    assert Product.objects.count() == 2
    out = tmp_path / "out.xlsx"
    assert export_products.run(_arguments(out, brand.code)) == 0
    assert import_products.run(_arguments(out, brand.code)) == 0
    said = capsys.readouterr().out
    assert "Nothing was written" in said
    assert "new products, as drafts: 2" in said
    assert f"2 rows in {out}" in said
    assert Product.objects.get(reference="B2").titles == {"zh": "=1+1"}


def test_faults(tmp_path: Path, brand: Brand, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_products.run(_arguments(_sheet(tmp_path, BAD), brand.code)) == 1
    said = capsys.readouterr().out
    assert "in.csv:2 sku: This cell has to be filled in." in said
    assert "in.csv:2 weight_g: “heavy” is not a whole number" in said
    assert not Product.objects.exists()


def test_a_file_of_another_kind(tmp_path: Path, brand: Brand) -> None:
    with pytest.raises(CannotRun):
        import_products.run(_arguments(tmp_path / "in.csv", brand.code))
    with pytest.raises(CannotRun):
        export_products.run(_arguments(tmp_path / "out.pdf", brand.code))


@pytest.mark.django_db
def test_a_brand_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no brand 'nope' here"):
        import_products.run(_arguments(_sheet(tmp_path, GOOD), "nope"))
