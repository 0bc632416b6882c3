"""Where things stand in the data folder, and the addresses that follow from that."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 108 bytes with its final zero on Linux and 104 on macOS.
_LONGEST_SOCKET = 100
_SOCKET_NAME = "/.s.PGSQL.5433"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One of Shoal's own PostgreSQL clusters: no TCP port, `number` only names its socket."""

    name: str
    folder: Path
    sockets: Path
    number: int

    @property
    def address(self) -> str:
        """The libpq connection string."""
        return f"host='{self.sockets}' port={self.number} user=shoal dbname={self.name}"


def socket_folder(data: Path) -> Path:
    """This will return where the sockets stand: in `data`, or in a short private folder of /tmp."""
    inside = data / "sockets"
    if len(os.fsencode(f"{inside}{_SOCKET_NAME}")) <= _LONGEST_SOCKET:
        return inside
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    base = "/tmp" if os.name == "posix" else tempfile.gettempdir()  # noqa: S108 - made 0700, ours
    return Path(base) / f"shoal-{os.getuid()}-{mark}"


def main_cluster(data: Path) -> Cluster:
    """This will describe the cluster that is the store of record."""
    return Cluster("shoal", data / "postgres", socket_folder(data), 5432)


def vault_cluster(data: Path) -> Cluster:
    """This will describe the small cluster that keeps the keys of personal data."""
    return Cluster("vault", data / "vault", socket_folder(data), 5433)


def nats_folder(data: Path) -> Path:
    """This will return where our own NATS keeps its streams, its settings and its port."""
    return data / "nats"


def spool_folder(data: Path) -> Path:
    """This will return where facts wait for NATS."""
    return data / "spool"


def sandbox_folder(data: Path) -> Path:
    """This will return where the sandbox's payment partner keeps what it knows, and its key."""
    return data / "sandbox-pay"
