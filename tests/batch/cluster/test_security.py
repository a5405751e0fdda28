import socket
from collections.abc import Callable
from pathlib import Path

import dask
import pytest

from grader.batch.cluster.engine import ClusterEngine
from grader.batch.cluster.security import hold_private, security
from grader.batch.judging import Terms
from grader.batch.reach import Reach
from grader.errors import UsageProblem


@pytest.mark.parametrize(
    "address, whole",
    [
        ("tls://10.0.0.7:9000", "tls://10.0.0.7:9000"),
        ("tls://grades.example.org", "tls://grades.example.org:8786"),
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("localhost:8786", "tcp://localhost:8786"),
    ],
)
def test_private_addresses(address: str, whole: str) -> None:
    assert hold_private(address) == whole


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.7:8786", "10.0.0.7:8786", "tcp://0.0.0.0:8786", "tcp://[::]:8786", "tcp://127.0.0.1.example.org:1"],
)
def test_nothing_leaves_this_machine_without_tls(address: str) -> None:
    with pytest.raises(UsageProblem, match="without TLS"):
        hold_private(address)


@pytest.mark.parametrize("address", ["inproc://here", "ws://127.0.0.1:8786", "ucx://10.0.0.7:1"])
def test_other_ways_are_not_taken(address: str) -> None:
    with pytest.raises(UsageProblem, match="cannot be used"):
        hold_private(address)


@pytest.mark.parametrize("address", ["tls://host:port", "tls://::1:8786", ""])
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    with pytest.raises(UsageProblem, match="is no address"):
        hold_private(address)


def test_an_engine_does_not_connect_where_others_could_read_along(terms: Terms) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tcp://0.0.0.0:{listening.getsockname()[1]}"  # leads to the same place, but does not say so
        with pytest.raises(UsageProblem, match="without TLS"):
            ClusterEngine(terms, Reach(address), print)
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_tls_needs_certificates() -> None:
    with pytest.raises(UsageProblem, match="--tls-ca-file, --tls-cert and --tls-key"):
        security(Reach("tls://10.0.0.7:8786"))


def test_certificates_may_stand_in_the_configuration_of_dask(
    certificates: Callable[[Path], Reach], tmp_path: Path
) -> None:
    own = certificates(tmp_path / "own")
    parts = {"ca-file": own.tls_ca_file, "client.cert": own.tls_cert, "client.key": own.tls_key}
    with dask.config.set({f"distributed.comm.tls.{part}": str(path) for part, path in parts.items()}):
        found = security(Reach("tls://10.0.0.7:8786")).get_tls_config_for_role("client")
    assert (found["ca_file"], found["cert"]) == (str(own.tls_ca_file), str(own.tls_cert))


def test_files_that_are_no_certificates_are_named(certificates: Callable[[Path], Reach], tmp_path: Path) -> None:
    own = certificates(tmp_path / "own")
    address, missing = "tls://10.0.0.7:8786", tmp_path / "missing.pem"
    with pytest.raises(UsageProblem, match=r"no file .*missing\.pem"):
        security(Reach(address, own.tls_ca_file, own.tls_cert, missing))
    missing.write_text("no key")
    with pytest.raises(UsageProblem, match="certificates cannot be used"):
        security(Reach(address, own.tls_ca_file, own.tls_cert, missing))


def test_certificates_without_tls_are_a_mistake(certificates: Callable[[Path], Reach], tmp_path: Path) -> None:
    own = certificates(tmp_path / "own")
    with pytest.raises(UsageProblem, match="use tls://"):
        security(Reach("tcp://127.0.0.1:8786", own.tls_ca_file, own.tls_cert, own.tls_key))
