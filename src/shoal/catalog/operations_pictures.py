"""A product's pictures, while nobody has to accept its changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shoal.catalog.models import Picture, Product
from shoal.catalog.steps import WrongProductState, bump_products, put_pictures
from shoal.kit import pictures
from shoal.kit.errors import NotFound, Refused
from shoal.kit.locks import lock_row, lock_rows
from shoal.kit.transactions import one_transaction, operation

MOST_PICTURES = 12
_LOOSE = {Product.State.DRAFT, Product.State.WITHDRAWN}


class TooManyPictures(Refused):
    """A product has at most {most} pictures."""

    code = "too_many_pictures"


@dataclass(frozen=True, slots=True)
class NewPicture:
    """An uploaded picture of a product, and what it shows (language to text)."""

    product: Product
    data: bytes
    alts: Mapping[str, str] = field(default_factory=dict)


def add_picture(
    *, product: Product, data: bytes, at: datetime, alts: Mapping[str, str] | None = None
) -> Picture:
    """This will check one picture, keep it in all sizes and put it last. See `add_pictures`."""
    return add_pictures(entries=[NewPicture(product, data, alts or {})], at=at)[0]


def add_pictures(*, entries: Sequence[NewPicture], at: datetime) -> list[Picture]:
    """This will check pictures and put each last among its product's; the same one counts once.

    Only products that are drafts or withdrawn; a live one needs a revision. Raises what
    `store_picture` raises, WrongProductState or TooManyPictures; then no product has changed.
    """
    # Decoding and encoding takes a second for the largest: never inside a transaction.
    stored = pictures.store_pictures([entry.data for entry in entries])
    with one_transaction():
        products = lock_rows(Product, [entry.product.id for entry in entries])
        for product in products.values():
            _check_loose(product)
        for product in products.values():
            mine = [
                (picture, dict(entry.alts))
                for picture, entry in zip(stored, entries, strict=True)
                if entry.product.id == product.id
            ]
            kept = [(picture.stored, picture.alts) for picture in product.pictures.all()]
            known = {picture.digest for picture, _ in kept}
            together = kept + [pair for pair in mine if pair[0].digest not in known]
            if len(together) > MOST_PICTURES:
                raise TooManyPictures(most=MOST_PICTURES)
            put_pictures(product=product, pictures=together)
        bump_products(products=products, at=at)
        rows = {
            (row.product_id, row.digest): row
            for row in Picture.objects.filter(product__in=list(products))
        }
        return [
            rows[entry.product.id, picture.digest]
            for entry, picture in zip(entries, stored, strict=True)
        ]


@operation
def arrange_pictures(*, product: Product, digests: Sequence[str], at: datetime) -> None:
    """This will put a product's pictures in the order of `digests` and drop those not named."""
    locked = lock_row(Product, product.id)
    _check_loose(locked)
    known = {picture.digest: picture for picture in locked.pictures.all()}
    if not set(digests) <= set(known):
        raise NotFound
    put_pictures(
        product=locked,
        pictures=[(known[digest].stored, known[digest].alts) for digest in digests],
    )
    bump_products(products=[locked.id], at=at)


def _check_loose(product: Product) -> None:
    if product.state not in _LOOSE:
        raise WrongProductState(title=product.title, state=product.get_state_display())
