"""Rooms for tests: a way to start one with a given submission in it and to talk to it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.rooms.house import House, Starter, starter
from grader.rooms.room import Budget, Room
from grader.wire import messages

os.environ["GRADE_TEST_CANARY"] = "must not reach a room"
BUDGET = Budget(cpu_seconds=20, reply_bytes=32 << 20, memory_mb=3072)


@pytest.fixture(scope="session", params=["forked", "fresh"])
def any_starter(request: pytest.FixtureRequest) -> Iterator[Starter]:
    """Both ways to start rooms: forked from the warm interpreter, and as fresh processes."""
    rooms = starter(fork=request.param == "forked")
    yield rooms
    rooms.close()


@pytest.fixture(scope="session")
def forking() -> Iterator[Starter]:
    """The warm interpreter alone, where the way of starting makes no difference."""
    rooms = starter(fork=True)
    yield rooms
    rooms.close()


@pytest.fixture
def house(forking: Starter) -> Iterator[House]:
    with House(forking, memory_mb=3072) as rooms:
        yield rooms


@pytest.fixture
def any_house(any_starter: Starter) -> Iterator[House]:
    with House(any_starter, memory_mb=3072) as rooms:
        yield rooms


@pytest.fixture(scope="session")
def load() -> Callable[[House, str], tuple[Room, Path]]:
    """Starts a room and loads a text in it."""

    def start(house: House, text: str) -> tuple[Room, Path]:
        room, work = house.room()
        room.request(messages.Load(text, "lesson.py", None, 1, BUDGET.soft), BUDGET)
        return room, work

    return start
