from tests.partner import harbour, new_partner, partner  # noqa: F401 - fixtures
