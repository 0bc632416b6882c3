"""What every browser of today says about a form of our own page; how tests sign in."""

HERE = {"sec-fetch-site": "same-origin"}
BACKEND = "shoal.web.account.backend.PeopleBackend"
