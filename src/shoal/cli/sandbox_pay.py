"""`shoal sandbox-pay`: open our merchant's account at the partner, then be the partner."""

import argparse
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shoal import env
from shoal.run import ports, secret_file
from shoal.sandbox_pay.__main__ import main as run_partner


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser where the partner listens."""
    parser.add_argument("--host", help="address to listen on (SHOAL_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (SHOAL_PAY_PORT)")


def run(arguments: argparse.Namespace) -> int:
    """This will run the partner until it is stopped; all it is given of ours is a public key."""
    data = env.data_folder()
    port = arguments.port or env.read("SHOAL_PAY_PORT")
    host = arguments.host or env.read("SHOAL_HOST")
    ports.require_free(host, port, option="SHOAL_PAY_PORT")
    secrets = secret_file.load(Path(env.read("SHOAL_SECRET_FILE") or data / "secrets.json"))
    own = Ed25519PrivateKey.from_private_bytes(secrets["pay_sandbox"])
    return run_partner(
        [
            f"--host={host}",
            f"--port={port}",
            f"--folder={data / 'sandbox-pay'}",
            f"--merchant-key={own.public_key().public_bytes_raw().hex()}",
        ]
    )
