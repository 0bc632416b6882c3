"""Background entry points of the catalogue."""

from procrastinate.contrib.django import app

from shoal.catalog import search


@app.periodic(cron="17 4 * * *")
@app.task(name="catalog.recount_words", queueing_lock="catalog.recount_words")
def recount_words(timestamp: int | None = None) -> None:
    """This will count how many products each search word has: what a search goes by."""
    del timestamp
    search.recount_words()
