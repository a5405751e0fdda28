"""How a cluster is reached."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reach:
    """Where a scheduler listens, and what proves to it who we are.

    Attributes:
        address: its address, e.g. "tls://10.0.0.7:8786".
        tls_ca_file: certificates of those who sign for the cluster, or None for what Dask's configuration says.
        tls_cert: our own certificate, or None as above.
        tls_key: its key, or None as above.
    """

    address: str
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
