"""`{% load signing_in %}`: the sign-in form, wherever a page needs a proved phone."""

from typing import Any

from django import template

from shoal.web.account.forms import PhoneForm
from shoal.web.account.wechat import sign_in_url

register = template.Library()


@register.inclusion_tag("account/phone_step.html", takes_context=True)
def sign_in_form(context: template.Context, goto: str) -> dict[str, Any]:
    """This will put the phone-and-code form into a page; afterwards she comes to `goto`.

    With htmx on the page it changes in place, without it leads through the sign-in page.
    """
    return {
        "form": PhoneForm(),
        "goto": goto,
        "wechat_url": sign_in_url(context["request"], goto=goto),
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
    }
