"""Locks between threads behave like those of multiprocessing."""

import multiprocessing.synchronize
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from grader.inside import semaphores

synchronize = multiprocessing.synchronize


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    original = synchronize._multiprocessing.SemLock  # type: ignore[attr-defined]  # noqa: SLF001
    semaphores.put_on()
    yield
    synchronize._multiprocessing.SemLock = original  # type: ignore[attr-defined]  # noqa: SLF001


def test_a_lock_keeps_other_threads_out() -> None:
    lock = multiprocessing.Lock()
    got: list[bool] = []
    with lock:
        thread = threading.Thread(target=lambda: got.append(lock.acquire(timeout=0.05)))
        thread.start()
        thread.join()
    assert got == [False]
    assert lock.acquire(block=False)


def test_a_recursive_lock_can_be_taken_twice_by_its_owner() -> None:
    lock = multiprocessing.RLock()
    with lock, lock:
        got: list[bool] = []
        thread = threading.Thread(target=lambda: got.append(lock.acquire(block=False)))
        thread.start()
        thread.join()
    assert got == [False]


def test_a_semaphore_counts() -> None:
    semaphore = multiprocessing.BoundedSemaphore(2)
    assert semaphore.acquire(block=False)
    assert semaphore.acquire(block=False)
    assert not semaphore.acquire(block=False)
    semaphore.release()
    semaphore.release()
    with pytest.raises(ValueError, match="too many"):
        semaphore.release()


def test_values_queues_and_conditions_work_between_threads() -> None:
    value = multiprocessing.Value("i", 0)

    def add() -> None:
        for _ in range(1000):
            with value.get_lock():
                value.value += 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value.value == 4000
    queue: Any = multiprocessing.SimpleQueue()
    queue.put(7)
    assert queue.get() == 7
    event = multiprocessing.Event()
    threading.Timer(0.05, event.set).start()
    assert event.wait(5)
