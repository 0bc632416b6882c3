"""A brand's way in, walked at once: application, papers, vetting, contract."""

import io
from collections.abc import Mapping
from datetime import datetime

from PIL import Image, ImageDraw

from shoal.brands.models import Brand, Paper
from shoal.brands.operations import apply_brand, vet_brand
from shoal.brands.operations_contracts import offer_contract, sign_contract
from shoal.brands.operations_papers import hand_in_paper, judge_paper
from shoal.people.models import Person

KINDS = (Paper.Kind.LICENCE, Paper.Kind.TRADEMARK, Paper.Kind.AUTHORISATION)
_PAGE = (620, 877)  # A4 at 75 dots an inch


def admit_brand(
    *,
    owner: Person,
    operator: Person,
    names: Mapping[str, str],
    currency: str,
    at: datetime,
    stories: Mapping[str, str] | None = None,
    base_language: str = "zh",
    fee_bp: int = 500,
    deposit_minor: int = 0,
) -> Brand:
    """This will take a new brand through every step until it may sell, and return it."""
    brand = apply_brand(
        person=owner,
        names=names,
        stories=stories or {},
        currency=currency,
        base_language=base_language,
        at=at,
    )
    for kind in KINDS:
        data = draw_paper(kind, names.get("en") or next(iter(names.values())))
        paper = hand_in_paper(brand=brand, kind=kind, data=data, number=f"{kind}-001", at=at)
        judge_paper(code=paper.code, accepted=True, reason="", by=operator.code, at=at)
    vet_brand(brand=brand, accepted=True, reason="资质齐全，信息一致。", by=operator.code, at=at)
    contract = offer_contract(
        brand=brand,
        fees={"": fee_bp},
        deposit_minor=deposit_minor,
        terms="供货商标准条款。",
        by=operator.code,
        at=at,
    )
    sign_contract(
        brand=brand, version=contract.version, confirms_guarantee=True, by=owner.code, at=at
    )
    brand.refresh_from_db()
    return brand


def draw_paper(kind: str, name: str) -> bytes:
    """This will draw a page that stands for a paper and says so."""
    page = Image.new("RGB", _PAGE, "#fdfbf5")
    pen = ImageDraw.Draw(page)
    pen.rectangle((30, 30, _PAGE[0] - 30, _PAGE[1] - 30), outline="#1f5f5b", width=3)
    pen.text((70, 90), f"{kind.upper()}\n\n{name}\n\nA specimen, drawn for the demo.", "#222222")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
