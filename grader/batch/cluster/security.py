"""Where a course and its secret may travel: over TLS anywhere, without it only within this machine."""

import ipaddress
import ssl
from pathlib import Path

from distributed import Security
from distributed.comm.addressing import parse_address, parse_host_port, unparse_address, unparse_host_port

from grader.batch.reach import Reach
from grader.errors import UsageProblem

_USUAL_PORT = 8786  # of `dask scheduler`


def hold_private(address: str) -> str:
    """Holds that nobody else can read what is sent to an address; connects to nothing.

    Args:
        address: where a scheduler or a worker listens.

    Returns:
        The address, with all its parts.

    Raises:
        UsageProblem: it is no address that can be used, or others could read along.
    """
    try:
        scheme, location = parse_address(address)
        host, port = parse_host_port(location, _USUAL_PORT)
    except ValueError:
        host, port = "", 0
    if not host:
        raise UsageProblem(f"{address!r} is no address of a scheduler; one looks like tls://HOST:8786")
    if scheme not in {"tcp", "tls"}:
        raise UsageProblem(f"{address} cannot be used; start the cluster with --protocol tls, and say tls://HOST:PORT")
    if scheme == "tcp" and not _is_loopback(host):
        raise UsageProblem(
            f"{address} is reached without TLS, so that others could read the course and the secret, or send programs "
            "instead of marks; use tls://"
        )
    return unparse_address(scheme, unparse_host_port(host, port))


def security(reach: Reach) -> Security:
    """What a connection is secured with; what is not given comes from Dask's own configuration.

    Args:
        reach: how the cluster is reached.

    Raises:
        UsageProblem: certificates are missing or cannot be used.
    """
    given = {
        "tls_ca_file": reach.tls_ca_file,
        "tls_client_cert": reach.tls_cert,
        "tls_client_key": reach.tls_key,
    }
    if parse_address(reach.address)[0] != "tls":
        if any(given.values()):
            raise UsageProblem(f"certificates are of no use for {reach.address}; use tls://")
        return Security()
    found = Security(require_encryption=True, **{name: str(path) for name, path in given.items() if path is not None})
    used = found.get_tls_config_for_role("client")
    if not used["ca_file"] or not used["cert"]:
        raise UsageProblem(
            "tls:// needs certificates: name them with --tls-ca-file, --tls-cert and --tls-key, or in Dask's "
            "configuration below distributed.comm.tls"
        )
    for path in (used["ca_file"], used["cert"], used["key"]):
        if path and "\n" not in path and not Path(path).is_file():  # Dask takes the text itself, too
            raise UsageProblem(f"there is no file {path} with a certificate or key")
    try:
        found.get_connection_args("client")
    except (ssl.SSLError, OSError) as problem:
        raise UsageProblem(f"the certificates cannot be used: {problem}") from problem
    return found


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name; no name is looked up, for the answer may change."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
