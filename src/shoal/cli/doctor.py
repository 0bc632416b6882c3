"""`shoal doctor`: everything that must hold, and how to mend what does not."""

import argparse
import json

from shoal import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser about --json."""
    parser.add_argument("--json", action="store_true", help="print the checks as a JSON list")


def run(arguments: argparse.Namespace) -> int:
    """This will run every check; the exit code is 1 if one fails that is more than a warning."""
    from shoal.run import database, doctor

    with database.borrowed(env.data_folder()):
        checks = list(doctor.all_checks())
    if arguments.json:
        rows = [
            {"name": c.name, "ok": c.ok, "warning": c.warning, "sentence": c.sentence}
            for c in checks
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for check in checks:
            mark = "✓" if check.ok else "!" if check.warning else "✗"
            print(f"{mark} {check.name}" + ("" if check.ok else f": {check.sentence}"))
    return 1 if any(not (check.ok or check.warning) for check in checks) else 0
