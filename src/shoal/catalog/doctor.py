"""What must hold of the catalogue."""

from collections.abc import Iterable

from shoal.catalog.models import Picture, Product, ProductStep
from shoal.kit import pictures
from shoal.kit.health import Check
from shoal.kit.projections import state_follows


def checks() -> Iterable[Check]:
    """This will check that products' states follow from their steps and that pictures are there."""
    yield state_follows(
        "catalog: state is the last step", rows=Product, steps=ProductStep, key="product"
    )
    lost = []
    for picture in Picture.objects.order_by("digest").distinct("digest").iterator():
        lost += pictures.missing_files(picture.stored)
    yield Check(
        name="catalog: pictures are there",
        ok=not lost,
        sentence=f"{len(lost)} files of pictures are missing, for example "
        f"{', '.join(lost[:2])}. Restore the folder “media/pictures” from a backup.",
    )
    mute = Product.objects.filter(state=Product.State.LIVE, search_text="").count()
    yield Check(
        name="catalog: live products can be found",
        ok=not mute,
        sentence=f"{mute} live products have no search text. Accept any edit of them, or rename"
        " their brand and back: that makes it anew.",
    )
