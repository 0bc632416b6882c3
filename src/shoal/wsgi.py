"""What granian serves."""

import os
import threading

from shoal.run.loading import all_at_once

os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"

with all_at_once():
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()

    # Now, and not inside the first request.
    import shoal.urls  # noqa: F401 - Django finds it by its name
    from shoal.catalog import words
    from shoal.traffic import stream

# What a killed web process left on the disk of its visits is told as soon as the next one runs.
stream.publisher().start()
# Chinese words take half a second to load: now, beside the first requests, and not inside one.
threading.Thread(target=words.warm, name="words", daemon=True).start()
