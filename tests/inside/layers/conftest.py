"""A child process for trying layers: what is put on there does not stay on here."""

import os
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

InChild = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def in_child() -> InChild:
    """Runs a function in a forked child; returns what it returns, or raises what it raises."""

    def run(function: Callable[[], Any]) -> Any:
        reads, writes = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:  # whatever happens, the child must not go on as a second run of the tests
                try:
                    told = (True, function())
                except BaseException as problem:  # noqa: BLE001  the parent raises it
                    told = (False, f"{type(problem).__name__}: {problem}\n{traceback.format_exc()}")
                os.write(writes, pickle.dumps(told))
            finally:
                os._exit(0)
        os.close(writes)
        with os.fdopen(reads, "rb") as pipe:
            data = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if not data:
            raise AssertionError(f"the child ended with {code}")
        worked, result = pickle.loads(data)  # noqa: S301  our own child
        if not worked:
            raise AssertionError(result)
        return result

    return run
