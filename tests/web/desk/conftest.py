"""Olga at the platform: every role has somebody, and there is a market to look after."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def market(db: None):
    from tests import trade

    return trade.open_market(stock=50)


@pytest.fixture
def staff(db: None) -> dict[str, Any]:
    """One person for each role: Olga runs the platform, the others have one role each."""
    from shoal.kit.clock import now
    from shoal.people import operations as people

    names = {"admin": "Olga", "vetting": "Vera", "money": "Mona", "care": "Otto"}
    entries = [
        people.NewPerson(phone=f"1370000000{n}", name=name, language="en")
        for n, name in enumerate(names.values())
    ]
    made = dict(zip(names, people.add_people(entries=entries, at=now()), strict=True))
    for role, person in made.items():
        people.appoint_operator(person=person, role=role, at=now())
    return made


@pytest.fixture
def sign_in(staff) -> Callable[[str], Client]:
    """Signs one of the staff in, by her role."""

    def signed_in(role: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(staff[role], backend="shoal.web.account.backend.PeopleBackend")
        session = client.session
        session["shoal_proof"] = "staff"
        session.save()
        return client

    return signed_in


@pytest.fixture
def olga(sign_in) -> Client:
    return sign_in("admin")
