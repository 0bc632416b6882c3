from tests.partner import harbour, partner  # noqa: F401 - fixtures
