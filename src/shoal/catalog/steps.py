"""Writes on the catalogue that operations compose, and how it reacts to what brands tell."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shoal.brands.events import BrandRenamed, BrandStateChanged
from shoal.catalog.models import Picture, Product, ProductStep
from shoal.catalog.rules import may_become
from shoal.catalog.search import refresh_search
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_row
from shoal.kit.pictures import StoredPicture
from shoal.kit.transactions import step

_AT_ONCE = 1000


class WrongProductState(Refused):
    """This cannot be done while the product “{title}” is “{state}”."""

    code = "wrong_product_state"


class UnknownCategory(Refused):
    """There is no category “{category}”."""

    code = "unknown_category"


class UnknownFreight(Refused):
    """There is no freight template “{freight}”."""

    code = "unknown_freight"


class VariantsUnclear(Refused):
    """Each variant of “{reference}” names one value of each attribute, and no two are the same."""

    code = "variants_unclear"


class SkuReferenceTaken(Refused):
    """The SKU number “{reference}” appears twice in one product."""

    code = "sku_reference_taken"


@step
def lock_product(product: UUID) -> Product:
    """This will lock a product's row and return it. Raises NotFound."""
    return lock_row(Product, product)


@step
def change_states(
    *, products: Sequence[Product], state: Product.State, reason: str, by: str, at: datetime
) -> None:
    """This will move locked products to `state` and write the steps down.

    Raises WrongProductState for the first whose present state does not lead there.
    """
    for product in products:
        if not may_become(product.state, state):
            raise WrongProductState(title=product.title, state=product.get_state_display())
    write_steps(products=products, state=state, reason=reason, by=by, at=at)
    for product in products:
        product.state, product.changed_at = state, at
    Product.objects.filter(id__in=[product.id for product in products]).update(
        state=state, changed_at=at, version=F("version") + 1
    )


@step
def write_steps(
    *, products: Sequence[Product], state: Product.State, reason: str, by: str, at: datetime
) -> None:
    """This will append the fact that `products` are in `state` from `at`."""
    ProductStep.objects.bulk_create(
        (
            ProductStep(id=uuid7(), product=product, state=state, reason=reason, by=by, at=at)
            for product in products
        ),
        batch_size=_AT_ONCE,
    )


@step
def bump_products(*, products: Iterable[UUID], at: datetime) -> None:
    """This will give products a new version: something people see of them changed."""
    Product.objects.filter(id__in=set(products)).update(version=F("version") + 1, changed_at=at)


@step
def put_pictures(
    *, product: Product, pictures: Sequence[tuple[StoredPicture, dict[str, str]]]
) -> None:
    """This will make `pictures`, with their texts, the product's pictures, in this order."""
    known = {picture.digest: picture for picture in product.pictures.all()}
    wanted: dict[str, tuple[StoredPicture, dict[str, str]]] = {}
    for stored, alts in pictures:
        wanted.setdefault(stored.digest, (stored, alts))
    Picture.objects.filter(
        id__in=[picture.id for digest, picture in known.items() if digest not in wanted]
    ).delete()
    for position, (digest, (stored, alts)) in enumerate(wanted.items()):
        picture = known.get(digest)
        if picture is None:
            Picture.objects.create(
                product=product, position=position, alts=alts, **stored.as_json()
            )
        elif (picture.position, picture.alts) != (position, alts):
            picture.position, picture.alts = position, alts
            picture.save(update_fields=["position", "alts"])


@step
def brands_changed(facts: Sequence[BrandStateChanged]) -> None:
    """This will renew the versions of what the brands sell: it came into sight or went."""
    for fact in facts:
        Product.objects.filter(brand=fact.brand, state=Product.State.LIVE).update(
            version=F("version") + 1
        )


@step
def brands_renamed(facts: Sequence[BrandRenamed]) -> None:
    """This will let the brands' products be found under their new names."""
    brands = [fact.brand for fact in facts]
    refresh_search(
        product_ids=Product.objects.filter(brand__in=brands).values_list("id", flat=True)
    )
