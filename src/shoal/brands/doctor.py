"""What must hold of brands."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from shoal.brands.models import Brand, BrandStep, Contract, Paper
from shoal.kit.health import Check
from shoal.kit.projections import state_follows


def checks() -> Iterable[Check]:
    """This will check that states follow from their steps, that who sells signed, papers exist."""
    yield state_follows("brands: state is the last step", rows=Brand, steps=BrandStep, key="brand")
    signed = Contract.objects.filter(brand=OuterRef("pk"), signed_at__isnull=False)
    unsigned = Brand.objects.filter(state=Brand.State.ACTIVE).exclude(Exists(signed))
    yield _none(
        "brands: who sells has signed",
        [brand.code for brand in unsigned[:5]],
        "These brands sell without a signed contract: {codes}. Suspend them until they sign.",
    )
    lost = [
        paper.code
        for paper in Paper.objects.iterator()
        if not paper.file.storage.exists(str(paper.file.name))
    ]
    yield _none(
        "brands: papers are there",
        lost[:5],
        "The files of these papers are missing: {codes}. Restore the folder “private” from a "
        "backup.",
    )


def _none(name: str, codes: list[str], sentence: str) -> Check:
    return Check(name=name, ok=not codes, sentence=sentence.format(codes=", ".join(codes)))
