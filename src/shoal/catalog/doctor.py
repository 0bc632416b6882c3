"""What must hold of the catalogue."""

from collections.abc import Iterable

from django.db.models import F, OuterRef, Subquery

from shoal.catalog.models import Picture, Product, ProductStep
from shoal.kit import pictures
from shoal.kit.health import Check


def checks() -> Iterable[Check]:
    """This will check that products' states follow from their steps and that pictures are there."""
    last = ProductStep.objects.filter(product=OuterRef("pk")).order_by("-id").values("state")[:1]
    drifted = list(
        Product.objects.annotate(last=Subquery(last))
        .exclude(state=F("last"))
        .values_list("code", flat=True)[:5]
    )
    yield Check(
        name="catalog: state is the last step",
        ok=not drifted,
        sentence=f"The state of these products is not that of their last step: "
        f"{', '.join(drifted)}. Look at who changed the table by hand and set it back.",
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
