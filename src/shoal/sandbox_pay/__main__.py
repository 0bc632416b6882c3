"""`python -m shoal.sandbox_pay`: the partner as a program of its own."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shoal.sandbox_pay.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """This will run the partner until it is told to stop, and return the exit code."""
    parser = argparse.ArgumentParser(prog="sandbox-pay", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on")
    parser.add_argument("--folder", type=Path, required=True, help="where it keeps what it knows")
    parser.add_argument("--merchant-key", required=True, help="the merchant's public key, in hex")
    parser.add_argument("--merchant-name", default="Shoal 鱼群", help="what its page calls them")
    given = parser.parse_args(arguments)
    return serve(
        host=given.host,
        port=given.port,
        folder=given.folder,
        merchant_key=bytes.fromhex(given.merchant_key),
        merchant_name=given.merchant_name,
    )


if __name__ == "__main__":
    sys.exit(main())
