"""What all tests share: the option for proofs, and one warm interpreter."""

from collections.abc import Iterator

import pytest

from grader.rooms.house import Starter, starter


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--prove",
        choices=["changed", "all"],
        default="changed",
        help="which submissions of the course to grade: those that changed since they were proved, or all",
    )


@pytest.fixture(scope="session")
def rooms() -> Iterator[Starter]:
    """What starts rooms, for all gradings of a run."""
    rooms = starter()
    yield rooms
    rooms.close()
