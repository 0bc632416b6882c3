"""Addresses of staff sign-in: allauth's views under our own paths, each with its mark.

Only what is needed stands here. There is no sign-up and no list of e-mails: staff are invited, and
keep the address they were invited at. The names are allauth's, which looks its pages up by them.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from shoal.web.access import anyone, staff

_TO_LOGIN = anyone(RedirectView.as_view(pattern_name="account_login"))

urlpatterns: list[URLPattern] = [
    path("", anyone(account.login), name="account_login"),
    path("out", anyone(account.logout), name="account_logout"),
    path("inactive", anyone(account.account_inactive), name="account_inactive"),
    path("again", staff(account.reauthenticate), name="account_reauthenticate"),
    path("password", staff(account.password_change), name="account_change_password"),
    path("password/first", staff(account.password_set), name="account_set_password"),
    path("password/reset", anyone(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/sent",
        anyone(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        anyone(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/over",
        anyone(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    # allauth links to these two; staff neither sign up nor change their address here.
    path("sign-up", _TO_LOGIN, name="account_signup"),
    path("email", _TO_LOGIN, name="account_email"),
    path("second-factor", staff(factors.index), name="mfa_index"),
    path("second-factor/ask", anyone(factors.authenticate), name="mfa_authenticate"),
    path("second-factor/again", staff(factors.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/on", staff(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/off", staff(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "second-factor/codes", staff(recovery.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/codes/new",
        staff(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/file",
        staff(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("keys", staff(keys.list_webauthn), name="mfa_list_webauthn"),
    path("keys/new", staff(keys.add_webauthn), name="mfa_add_webauthn"),
    path("keys/again", staff(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("keys/sign-in", anyone(keys.login_webauthn), name="mfa_login_webauthn"),
    path("keys/<int:pk>/removal", staff(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("keys/<int:pk>/name", staff(keys.edit_webauthn), name="mfa_edit_webauthn"),
]
