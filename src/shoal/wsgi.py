"""What granian serves."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoal.settings")
application = get_wsgi_application()

# Chinese words take half a second to load: now, beside the first requests, and not inside one.
from shoal.catalog import words  # noqa: E402 - after the settings are named
from shoal.traffic import stream  # noqa: E402

# What a killed web process left on the disk of its visits is told as soon as the next one runs.
stream.publisher().start()
threading.Thread(target=words.warm, name="words", daemon=True).start()
