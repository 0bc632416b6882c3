"""`shoal sandbox-pay`: the payment partner of the sandbox, another company run by us."""

import argparse

from shoal import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: its port is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will serve until it is told to stop. It learns our public key and nothing else."""
    del arguments
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shoal.run import places, secret_file
    from shoal.sandbox_pay.server import serve

    data = env.data_folder()
    ours = Ed25519PrivateKey.from_private_bytes(secret_file.ours(data)["pay_sandbox"])
    folder = places.sandbox_folder(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return serve(
        host=env.read("SHOAL_HOST"),
        port=env.read("SHOAL_PAY_PORT"),
        folder=folder,
        merchant_key=ours.public_key().public_bytes_raw(),
        merchant_name="Shoal 鱼群",
    )
