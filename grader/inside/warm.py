"""The warm interpreter: imports Keras once, then forks a room in milliseconds whenever the host asks.

It must never run a TensorFlow operation: a fork taken after one hangs in its first operation, since
TensorFlow's threads are not there any more. So before each fork it proves that it still has one thread.
"""

import gc
import importlib
import os
import select
import socket
from pathlib import Path

from grader.wire import control

_EXIT_BROKEN_ROOM = 97
#: Modules that Keras, h5py, NumPy and our own code import on first use; importing them runs no operation.
LATE = (
    "ctypes",
    "h5py",
    "keras.src.saving.saving_lib",
    "keras.src.trainers.data_adapters.array_data_adapter",
    "resource",
    "tempfile",
    "tensorflow.core.framework.graph_pb2",
    "tensorflow.python.framework.convert_to_constants",
    "traceback",
    "unittest.mock",
)


def import_keras() -> None:
    """Imports Keras and TensorFlow and pins one thread; runs no operation."""
    import tensorflow as tf

    # Imported once here instead of once a room: what a first fit, save or load imports, and the room's own code.
    for module in (*LATE, "grader.inside.room"):
        importlib.import_module(module)

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def serve_forks(host: socket.socket) -> None:
    """Forks a room for each request until the host hangs up.

    Args:
        host: control channel to the host.
    """
    import_keras()
    host.send(control.encode(control.Warm()))
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and thereby copying, the pages shared with rooms
    children: dict[int, int] = {}  # pidfd -> pid
    poll = select.poll()
    poll.register(host, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != host.fileno():
                poll.unregister(descriptor)
                host.send(control.encode(_reap(children.pop(descriptor))))
                os.close(descriptor)
                continue
            packet, given, _, _ = socket.recv_fds(host, control.PACKET, 2)
            if not packet:
                os._exit(0)
            if control.decode_to_warm.decode(packet).sockets:
                importlib.import_module("grader.inside.kernel")  # once, for all notebooks to come
            pidfd = _fork_room(host, packet, given)
            if pidfd is not None:
                children[pidfd[1]] = pidfd[0]
                poll.register(pidfd[1], select.POLLIN)


def become_fresh_room(spec: bytes) -> None:
    """Turns this process into one room, where forking is not to be had; the channel is its standard streams.

    Args:
        spec: the encoded `RoomSpec`.
    """
    reads, writes = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what the submission prints must not get between the frames
    import_keras()
    from grader.inside.room import live

    live((reads, writes), control.decode_to_warm.decode(spec), os.getppid())


def _fork_room(host: socket.socket, packet: bytes, given: list[int]) -> tuple[int, int] | None:
    """Forks one room and tells the host; returns its pid and pidfd."""
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads != 1:
        for descriptor in given:
            os.close(descriptor)
        host.send(control.encode(control.Refused(f"the warm interpreter has {threads} threads; forking it would hang")))
        return None
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _room(packet, given, parent)
    for descriptor in given:
        os.close(descriptor)
    pidfd = os.pidfd_open(pid)  # cannot name another process: only we reap this one
    socket.send_fds(host, [control.encode(control.Started(pid))], [pidfd])
    return pid, pidfd


def _room(packet: bytes, given: list[int], parent: int) -> None:
    """Lives as a room and never returns."""
    try:
        channel, output = given
        os.dup2(output, 1)
        os.dup2(output, 2)
        from grader.inside.room import live

        live((channel, channel), control.decode_to_warm.decode(packet), parent)
    except BaseException:  # noqa: BLE001  a forked child must never run on in its parent's code
        import traceback

        traceback.print_exc()
    finally:
        os._exit(_EXIT_BROKEN_ROOM)


def _reap(pid: int) -> control.Ended:
    _, status, usage = os.wait4(pid, 0)
    return control.Ended(
        pid=pid,
        code=os.waitstatus_to_exitcode(status),
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
    )
