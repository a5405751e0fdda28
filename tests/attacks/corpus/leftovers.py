"""Attacks that go off later: after the call, after the room, in the next submission."""

import atexit
import gc
import os
import signal
import sys
import threading
import time
import weakref


def _go_off(bait):
    """What goes off: it writes where only an unconfined room could, and onto the output."""
    os.write(1, b"it went off")
    with open(os.path.join(bait["open"], "went_off"), "w") as file:
        file.write("x")


def at_the_end(bait):
    """row 13: registers a function for the end of Python
    unconfined: no, because no room lives until then
    """
    atexit.register(_go_off, bait)


def at_the_end_of_threads(bait):
    """row 13: registers a function for the end of all threads
    unconfined: no, because no room lives until then
    """
    threading._register_atexit(_go_off, bait)


def at_the_end_of_an_object(bait):
    """row 13: has an object that goes off when it is forgotten
    unconfined: no, because no room lives until then
    """

    class Bomb:
        def __del__(self):
            _go_off(bait)

    sys.modules["bomb"] = Bomb()


def at_the_end_of_a_reference(bait):
    """row 13: has a finalizer
    unconfined: no, because no room lives until then
    """
    weakref.finalize(sys.modules["os"], _go_off, bait)


def at_each_collection(bait):
    """row 13: goes off at each collection of garbage
    unconfined: no, because whoever collects is the room itself
    """
    gc.callbacks.append(lambda *_: _go_off(bait))


def at_each_line(bait):
    """row 13: watches each line that Python runs, also the room's own
    unconfined: no, because whoever is watched is the room itself
    """
    sys.settrace(lambda *_: None)
    threading.settrace(lambda *_: None)
    sys.setprofile(lambda *_: None)


def at_each_error(bait):
    """row 13: takes over how errors are told
    unconfined: no, because no error of the room's is told that way
    """
    sys.excepthook = lambda *_: _go_off(bait)
    threading.excepthook = lambda *_: _go_off(bait)
    sys.unraisablehook = lambda *_: _go_off(bait)
    raise ValueError("x")


def at_each_audited_event(bait):
    """row 13: hooks into Python's audit
    unconfined: no, because whoever is watched is the room itself
    """

    def hook(event, arguments):
        if event == "os._exit":
            _go_off(bait)

    sys.addaudithook(hook)


def when_a_signal_comes(bait):
    """row 13: takes over all signals
    unconfined: no, because no room hears a signal before its end
    """
    for number in range(1, 65):
        try:
            signal.signal(number, lambda *_: _go_off(bait))
        except (OSError, ValueError):
            pass


def when_time_has_passed(bait):
    """row 13: sets a timer that goes off after the call
    unconfined: no, because the room may be gone by then
    """
    signal.signal(signal.SIGVTALRM, lambda *_: _go_off(bait))
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.2, 0.1)


def in_a_thread(bait):
    """row 13: leaves a thread running
    unconfined: no, because the room may be gone before
    """

    def wait():
        time.sleep(0.3)
        _go_off(bait)

    threading.Thread(target=wait).start()


def in_many_threads(bait):
    """row 13: leaves threads that use all its time
    unconfined: no, because the room may be gone before
    ends in: TimedOut
    """

    def work():
        while True:
            pass

    for _ in range(20):
        threading.Thread(target=work).start()


def in_the_room_itself(bait):
    """row 10: replaces what the room uses, so that each later call succeeds
    unconfined: no, because a later room begins anew there, too
    ends in: Died, BadReply
    """
    import struct

    import msgspec

    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("grader."):
            for name in ("pack", "predict", "reseed", "time_limit", "encode"):
                if hasattr(module, name):
                    setattr(module, name, lambda *_, **__: 1)
    msgspec.msgpack.Encoder = struct.Struct = None


def in_keras(bait):
    """row 10: replaces how models learn and predict
    unconfined: no, because a later room begins anew there, too
    """
    import keras

    keras.Model.predict = keras.Model.evaluate = lambda *_, **__: 0.0
    keras.Sequential.fit = lambda *_, **__: None


def in_numpy(bait):
    """row 10: replaces how numbers are compared and made at random
    unconfined: no, because a later room begins anew there, too
    """
    import numpy as np

    np.allclose = np.array_equal = np.all = lambda *_, **__: True
    np.random.default_rng = lambda *_: None
    np.mean = np.abs = np.max = lambda *_, **__: 0.0


def in_time(bait):
    """row 10: stops the clocks that Python shows
    unconfined: no, because the judge has clocks of its own
    """
    time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0


def in_pythons_own_names(bait):
    """row 10: replaces built-in functions
    unconfined: no, because a later room begins anew there, too
    ends in: Died, BadReply
    """
    import builtins

    builtins.isinstance = lambda *_: True
    builtins.len = lambda *_: 0


def in_loaded_modules(bait):
    """row 10: puts modules of its own in the place of the judge's
    unconfined: no, because the judge loads none of them
    """
    import types

    for name in ("pytest", "grader.judge", "grader.scoring", "grader.pipeline", "checks"):
        sys.modules[name] = types.ModuleType(name)
