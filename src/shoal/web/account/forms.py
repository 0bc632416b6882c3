"""What people type to come in: a phone, a code, a name and a password."""

from allauth.mfa import app_settings as second_factors
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.cache import cache
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy

from shoal.people.rules import LONGEST_NAME
from shoal.web.components import inputs


def typed(request: HttpRequest) -> QueryDict | None:
    """This will return what was sent with a POST, even when it is nothing; None for a visit."""
    return request.POST if request.method == "POST" else None


class PhoneForm(forms.Form):
    """A phone to send a code to."""

    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=32,
        widget=forms.TextInput(attrs=inputs.PHONE),
    )


class CodeForm(forms.Form):
    """The code that came; the phone it came to goes along, so that nothing keeps it for us."""

    phone = forms.CharField(max_length=32, widget=forms.HiddenInput)
    code = forms.CharField(
        label=gettext_lazy("Code from the message"),
        # Some phones paste "123 456".
        max_length=12,
        widget=forms.TextInput(attrs={**inputs.ONE_TIME_CODE, "maxlength": "12"}),
    )


class NameForm(forms.Form):
    """What somebody wants to be called."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs=inputs.NAME),
    )


class JoinForm(NameForm):
    """A new member of staff: her name and her password."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Ten characters or more. A short sentence is easy to remember."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs=inputs.NEW_PASSWORD),
    )


class ErasureForm(forms.Form):
    """A second thought before everything is forgotten."""

    sure = forms.BooleanField(
        label=gettext_lazy("I understand that this cannot be undone"),
    )


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A key to come in with: allauth's form, in the words of a phone's lock screen."""

    name = forms.CharField(label=gettext_lazy("What you call it"), required=False, max_length=60)
    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign in with this key alone"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "A passkey: your finger, your face or the PIN of this device takes the place of "
            "password and code. Without the tick the key comes after the password."
        ),
    )


class _OneCodeOnce(BaseAuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """Refuses a code that let somebody in before, as long as it would do so again.

    allauth forgets a code after one step; with a tolerance it is good for longer (RFC 6238, 5.2).
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()
        steps = 2 * second_factors.TOTP_TOLERANCE + 1
        # "123 456" is the same code.
        used = f"second-factor-used:{self.user.pk}:{''.join(filter(str.isalnum, code))}"
        if not cache.add(used, True, timeout=steps * second_factors.TOTP_PERIOD):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_OneCodeOnce, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class SecondFactorAgainForm(_OneCodeOnce, ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something that guards an account is changed."""
