"""`python -m shoal X` is `shoal X`."""

import sys

from shoal.cli.main import main

sys.exit(main())
