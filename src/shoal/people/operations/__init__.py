"""Durable entry points of people: one transaction each, its refusals on top."""

from shoal.people.operations.codes import (
    CodeOver,
    NotAPhone,
    WrongCode,
    request_code,
    sign_in_with_code,
)
from shoal.people.operations.invitations import (
    InvitationOver,
    NotAnEmail,
    NotARole,
    PasswordTooWeak,
    accept_invitation,
    appoint_operator,
    dismiss_operator,
    invite,
    withdraw_invitation,
)
from shoal.people.operations.links import LoginLinkOver, mint_login_link, use_login_link
from shoal.people.operations.persons import (
    AddressIncomplete,
    NameMissing,
    NewPerson,
    add_address,
    add_people,
    change_address,
    choose_language,
    erase_person,
    remove_address,
    rename_person,
    tidy,
)
from shoal.people.operations.terms import TermsChanged, accept_terms, publish_terms

__all__ = [
    "AddressIncomplete",
    "CodeOver",
    "InvitationOver",
    "LoginLinkOver",
    "NameMissing",
    "NewPerson",
    "NotAPhone",
    "NotARole",
    "NotAnEmail",
    "PasswordTooWeak",
    "TermsChanged",
    "WrongCode",
    "accept_invitation",
    "accept_terms",
    "add_address",
    "add_people",
    "appoint_operator",
    "change_address",
    "choose_language",
    "dismiss_operator",
    "erase_person",
    "invite",
    "mint_login_link",
    "publish_terms",
    "remove_address",
    "rename_person",
    "request_code",
    "sign_in_with_code",
    "tidy",
    "use_login_link",
    "withdraw_invitation",
]
