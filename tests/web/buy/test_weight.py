"""A page is light: what a slow phone must fetch before it shows is under 100 KB compressed."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from shoal.catalog.models import Picture, Product
from shoal.web.components.bundles import bundle_text
from tests.goods import live_product, standing_offers

pytestmark = pytest.mark.django_db

_MOST = 100_000
_SCRIPT = re.compile(r'<script[^>]* src="/static/([^"]+)"')
_IMPORT = re.compile(r'from "\./([^"]+)"')


def scripts(name: str) -> set[Path]:
    """The module and all that it imports."""
    found = Path(str(finders.find(name)))
    text = found.read_text(encoding="utf-8")
    return {found, *(found.parent / other for other in _IMPORT.findall(text))}


def weight(page: bytes) -> int:
    """What the page, its stylesheet and its scripts weigh compressed, in bytes."""
    names = _SCRIPT.findall(page.decode())
    assert names
    files = {path for name in names for path in scripts(name)}
    texts = [page, bundle_text(face="buy").encode(), *(path.read_bytes() for path in files)]
    return sum(len(gzip.compress(text)) for text in texts)


def with_picture(product: Product) -> Product:
    Picture.objects.create(
        product=product,
        digest=hashlib.sha256(product.id.bytes).hexdigest(),
        width=1200,
        height=1200,
        widths=[320, 640, 1280],
        tint="#336699",
        alts={"zh": "图", "en": "Picture"},
    )
    return product


@pytest.mark.parametrize(
    "address", ["/shop/{shop}", "/shop/{shop}/p/{product}", "/cart?shop={shop}"]
)
def test_pages_are_light(stranger, market, product, put, address):
    for _ in range(23):
        standing_offers(market.brand, with_picture(live_product(market.brand)))
    put(stranger)
    page = stranger.get(address.format(shop=market.shop.code, product=product.code))
    assert page.status_code == 200
    assert weight(page.content) < _MOST
