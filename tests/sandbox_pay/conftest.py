from tests.partner import partner  # noqa: F401 - a fixture
