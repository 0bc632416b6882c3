"""The terms of use: every version that ever held, and the next one."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shoal.kit import clock
from shoal.people.operations import publish_terms
from shoal.people.queries import all_terms
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done
from shoal.web.desk.forms import TermsForm
from shoal.web.desk.frame import ADMIN, actors, desk_page


@operator(ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: OfOperator) -> HttpResponse:
    """This will show all versions of the terms, and publish the next."""
    versions = all_terms()
    form = TermsForm(request.POST or None, initial=versions[0].texts if versions else {})
    if request.method == "POST" and form.is_valid():
        if versions and _plain(form.cleaned_data) == _plain(versions[0].texts):
            form.add_error(None, gettext("This is what the present version says already."))
        else:
            made = publish_terms(
                texts=_plain(form.cleaned_data), by=request.person.code, at=clock.now()
            )
            words = gettext(
                "Version {version} is published. Everybody is asked once, when she signs in next."
            )
            return done(request, words.format(version=made.version), reverse("desk:terms"))
    names = actors(version.published_by for version in versions)
    context = {
        "versions": [(version, names[version.published_by]) for version in versions],
        "form": form,
    }
    return desk_page(request, "terms", context, status=422 if form.errors else 200)


def _plain(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts as they are compared: browsers write line ends in their own way."""
    return {language: "\n".join(text.strip().splitlines()) for language, text in texts.items()}
