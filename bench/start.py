"""How long until it serves again: `shoal up` on a folder that was made before, five times."""

import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from shoal.run import children, ports
from shoal.run.bench import Report
from shoal.run.trouble import CannotRun

TIMES = 5
AT_MOST = 5.0


def run(report: Report) -> None:
    """This will start an installation once, which makes it, and then as often as is measured."""
    web, partner = ports.any_free(2)
    os.environ |= {"SHOAL_PORT": str(web), "SHOAL_PAY_PORT": str(partner)}
    with tempfile.TemporaryDirectory(prefix="shoal-bench-") as folder:
        first = _seconds(Path(folder))
        later = []
        for number in range(TIMES):
            later.append(_seconds(Path(folder)))
            report.say(f"start {number + 1} of {TIMES}: {later[-1]:.1f} s")
    report.figure("first start, s", first)
    report.figure("later start, s", statistics.median(later), at_most=AT_MOST)
    report.figure("slowest later start, s", max(later))


def _seconds(data: Path) -> float:
    """Until it says that it serves; then it is stopped, and has ended."""
    began = time.perf_counter()
    with subprocess.Popen(
        children.shoal("up", "--data", str(data)),
        env=children.environment(), stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            for line in process.stdout or ():
                if " ready http" in line:
                    return time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()
    raise CannotRun(f"It did not start; what it said is in {data}/log.")
