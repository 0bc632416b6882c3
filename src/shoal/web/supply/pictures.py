"""Pictures of a product that is not live: added, put in order, taken away."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from shoal.catalog.operations import NewPicture, add_pictures, arrange_pictures
from shoal.catalog.operations_pictures import MOST_PICTURES, TooManyPictures
from shoal.catalog.queries import product_by_code
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.pictures import MAX_BYTES
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done
from shoal.web.supply.forms import data_of
from shoal.web.supply.frame import Role
from shoal.web.supply.goods_forms import PicturesForm
from shoal.web.supply.products import show


@brand_member(Role.GOODS)
@require_POST
def upload(request: OfBrand, code: str) -> HttpResponse:
    """This will add pictures to a product, or say which one is wrong and why."""
    found = product_by_code(code=code, brand=request.brand)
    files = request.FILES.getlist("pictures")
    form = PicturesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            if len(files) > MOST_PICTURES:
                raise TooManyPictures(most=MOST_PICTURES)
            entries = [NewPicture(found, data_of(file, most=MAX_BYTES)) for file in files]
            add_pictures(entries=entries, at=clock.now())
        except Refused as refused:
            form.add_error("pictures", refused.sentence)
        else:
            return done(request, gettext("The pictures are kept."), _here(code))
    return show(request, found, uploading=form, status=422)


@brand_member(Role.GOODS)
@require_POST
def arrange(request: OfBrand, code: str) -> HttpResponse:
    """This will move a picture to the front, or take it away."""
    found = product_by_code(code=code, brand=request.brand)
    order = [picture.digest for picture in found.pictures.all()]
    first, gone = request.POST.get("first", ""), request.POST.get("gone", "")
    if first in order:
        order = [first, *(digest for digest in order if digest != first)]
    order = [digest for digest in order if digest != gone]
    arrange_pictures(product=found, digests=order, at=clock.now())
    return done(request, gettext("The pictures are kept."), _here(code))


def _here(code: str) -> str:
    return f"{reverse('supply:product', args=[code])}#pictures"
