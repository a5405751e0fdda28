import ctypes
from typing import Any

import pytest

from grader.batch.judging import Terms
from grader.batch.local import LocalEngine
from grader.model import Isolation
from grader.seeds import public_secret

Klass = Any
_PR_GET_DUMPABLE = 3  # <linux/prctl.h>


def _is_dumpable() -> int:
    return int(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))


@pytest.mark.rooms
def test_no_other_process_can_read_the_memory_of_host_and_judges(klass: Klass) -> None:
    terms = Terms(klass.lesson.course, public_secret(), Isolation.FULL, 60.0)
    before = _is_dumpable()
    try:
        with LocalEngine(terms, 1) as engine:
            assert _is_dumpable() == 0
            judge = engine._pool.schedule(_is_dumpable)  # noqa: SLF001  there is no other way into a judge
            assert judge.result(timeout=120) == 0
    finally:
        ctypes.CDLL(None).prctl(4, before, 0, 0, 0)
