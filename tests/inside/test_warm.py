"""The warm interpreter proves that it may fork before it does."""

import os
import socket
import sys
import threading

import pytest

from grader.inside.warm import _fork_room
from grader.wire import control


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks on Linux only")
def test_nothing_is_forked_while_a_second_thread_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise AssertionError("it forked")

    monkeypatch.setattr(os, "fork", fork)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    host, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    given, other = socket.socketpair()
    spec = control.RoomSpec(work="/w", carried="", memory_mb=512, confine=True, readable=control.Readable([], {}))
    thread.start()
    try:
        descriptor = os.dup(given.fileno())
        assert _fork_room(theirs, control.encode(spec), [descriptor]) is None
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
        said = control.decode_from_warm.decode(host.recv(control.PACKET))
    finally:
        done.set()
        thread.join()
        for end in (host, theirs, given, other):
            end.close()
    assert isinstance(said, control.Refused)
    assert "threads; forking it would hang" in said.reason
