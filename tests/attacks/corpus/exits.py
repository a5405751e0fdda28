"""Attacks that end the room, or its call, in ways that could be taken for success."""

import ctypes
import os
import signal
import sys
import threading


def exit_as_if_all_were_well(bait):
    """row 12: os._exit(0)
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    os._exit(0)


def exit_with_the_kernels_call(bait):
    """row 12: ends the process without any library
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    ctypes.CDLL(None).syscall(ctypes.c_long({"x86_64": 231}.get(os.uname().machine, 94)), ctypes.c_long(0))


def exit_politely(bait):
    """row 12: sys.exit(0)
    unconfined: no, because it is an exception like others there, too
    """
    sys.exit(0)


def exit_from_a_thread(bait):
    """row 12: ends the room from another thread while the call waits
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    threading.Thread(target=lambda: os._exit(0)).start()
    threading.Event().wait(9)


def exit_while_it_replies(bait):
    """row 12: ends the room just after the call
    unconfined: no, because it ends the room there, too
    ends in: Died
    """

    class Last:
        def numpy(self):
            os._exit(0)

    return Last()


def abort(bait):
    """row 12: os.abort
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    os.abort()


def abort_and_blame_memory(bait):
    """row 12: aborts and says that memory ran out, so that it looks like our limit
    unconfined: no, because it ends the room there, too
    ends in: Died, OutOfMemory
    """
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def read_a_wrong_address(bait):
    """row 12: crashes
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    ctypes.string_at(0)


def write_over_python(bait):
    """row 12: writes over the interpreter's own objects
    unconfined: no, because it ends the room there, too
    ends in: Died, TimedOut
    """
    for thing in (int, str, type, dict):
        ctypes.memset(id(thing), 0xFF, 64)
    return str({1: "x"})[:0]


def end_by_every_signal(bait):
    """row 12: sends itself a signal that ends it
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGKILL)


def end_by_a_bus_error(bait):
    """row 12: sends itself what a broken disk would
    unconfined: no, because it ends the room there, too
    ends in: Died
    """
    signal.signal(signal.SIGBUS, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGBUS)
    threading.Event().wait(2)


def end_the_main_thread(bait):
    """row 12: ends the main thread alone, so that the process seems dead and is not
    unconfined: no, because the judge's clock ends it there, too
    ends in: Died, TimedOut
    """
    import time

    threading.Thread(target=time.sleep, args=(30,)).start()
    ctypes.CDLL(None).syscall(ctypes.c_long({"x86_64": 60}.get(os.uname().machine, 93)), ctypes.c_long(0))


def raise_an_exit(bait):
    """row 12: raises a SystemExit of its own
    unconfined: no, because it is an exception like others there, too
    """

    class Fine(SystemExit):
        pass

    raise Fine(0)


def raise_the_end_of_a_generator(bait):
    """row 12: raises what Python takes for the end of something
    unconfined: no, because it is an exception like others there, too
    """
    raise GeneratorExit


def raise_an_interruption(bait):
    """row 12: raises what the teacher's Ctrl-C would
    unconfined: no, because it is an exception like others there, too
    """
    raise KeyboardInterrupt


def interrupt_itself(bait):
    """row 12: sends itself the signal of Ctrl-C
    unconfined: no, because it is an exception like others there, too
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(2)


def raise_what_cannot_be_shown(bait):
    """row 12: raises an exception that cannot be turned into text
    unconfined: no, because it is an exception like others there, too
    ends in: Died
    """

    class Shy(Exception):
        def __str__(self):
            raise self

        __repr__ = __str__

    raise Shy


def raise_what_takes_time_to_show(bait):
    """row 16: raises an exception whose text is computed for ever
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """

    class Slow(Exception):
        def __str__(self):
            while True:
                pass

    raise Slow


def raise_what_ends_the_room(bait):
    """row 12: raises an exception whose text ends the room
    unconfined: no, because it ends the room there, too
    ends in: Died
    """

    class Last(Exception):
        def __str__(self):
            os._exit(0)

    raise Last


def raise_what_has_a_strange_class(bait):
    """row 12: raises an exception whose class lies about its name and its bases
    unconfined: no, because it is an exception like others there, too
    ends in: Died, BadReply
    """

    class Meta(type):
        @property
        def __name__(cls):
            return 5

        @property
        def __mro__(cls):
            return (5,)

    class Strange(Exception, metaclass=Meta):
        pass

    raise Strange


def raise_with_a_long_text(bait):
    """row 12: raises an exception with a text of many megabytes
    unconfined: no, because it is an exception like others there, too
    """
    raise ValueError("x" * (30 << 20))


def raise_with_a_long_name(bait):
    """row 12: raises an exception with a name of a megabyte
    unconfined: no, because it is an exception like others there, too
    """
    raise type("X" * (1 << 20), (Exception,), {})("x")


def raise_with_many_causes(bait):
    """row 12: raises an exception with a hundred thousand causes
    unconfined: no, because it is an exception like others there, too
    ends in: Died, TimedOut
    """
    problem = None
    for _ in range(100_000):
        following = ValueError("x")
        following.__cause__ = problem
        problem = following
    raise problem


def raise_a_lie_about_time(bait):
    """row 12: raises what the room itself raises when time is up
    unconfined: no, because it gains nothing there, either
    ends in: TimedOut
    """

    class TookTooLong(BaseException):
        pass

    raise TookTooLong


def raise_a_lie_about_memory(bait):
    """row 12: raises a MemoryError
    unconfined: no, because it gains nothing there, either
    ends in: OutOfMemory
    """
    raise MemoryError


def return_what_it_is_compared_with(bait):
    """row 10: returns a number that is equal to all others
    unconfined: no, because only what it returns is compared, as data
    """

    class Equal(float):
        def __eq__(self, other):
            return True

    return Equal(0)


def return_what_is_not_a_number(bait):
    """row 10: returns NaN in the hope that no comparison fails
    unconfined: no, because only what it returns is compared, as data
    """
    return 0 if bait else float("nan")
