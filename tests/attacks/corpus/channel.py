"""Attacks on the channel to the judge, which any process finds as descriptors 3 and 4."""

import json
import os
import socket
import struct
import threading
import time

READS, WRITES = 3, 4


def _text(value):
    return bytes([0xD9, len(value)]) + value.encode()


def _frame(**fields):
    """A message in MessagePack, made by hand."""
    body = bytes([0x80 + len(fields)])
    for name, value in fields.items():
        body += _text(name) + (value if isinstance(value, bytes) else _text(value))
    return struct.pack("<Q", len(body)) + body


CALL_BACK = _frame(type="called_back", number=b"\x00", args=b"\x90", kwargs=b"\x80")


def _write(data):
    while data:
        data = data[os.write(WRITES, data) :]


def forge_a_score(bait):
    """row 9: says in the judge's place how many points there are
    unconfined: no, because points are given by the judge alone, confined or not
    ends in: BadReply
    """
    _write(_frame(type="grade", points=b"\x64", passed=b"\xc3"))
    time.sleep(9)


def forge_a_reply_with_a_score(bait):
    """row 9: adds points to a reply
    unconfined: no, because points are given by the judge alone, confined or not
    ends in: BadReply
    """
    _write(_frame(type="returned", value=b"\xc0", points=b"\x64"))
    time.sleep(9)


def forge_json(bait):
    """row 9: sends a report in JSON
    unconfined: no, because points are given by the judge alone, confined or not
    ends in: BadReply
    """
    _write(json.dumps({"percent": 100, "passed": True}).encode() + b" " * 99)
    time.sleep(9)


def forge_a_greeting(bait):
    """row 9: says that it is a new room
    unconfined: no, because the judge knows the order of what is said, confined or not
    ends in: BadReply
    """
    _write(_frame(type="ready", layers=b"\x90", missing=b"\x90"))
    time.sleep(9)


def forge_the_loading(bait):
    """row 9: says that another function was loaded
    unconfined: no, because a claim gives no points, confined or not
    ends in: BadReply
    """
    _write(_frame(type="loaded", names=b"\x91" + _text("attack")))
    time.sleep(9)


def forge_a_handle(bait):
    """row 9: returns a model that there is not
    unconfined: no, because a claim gives no points, confined or not
    ends in: BadReply
    """
    _write(_frame(type="returned", value=b"\x81" + _text("type") + _text("handle")))
    time.sleep(9)


def forge_many_replies(bait):
    """row 9: answers what was not asked yet, many times
    unconfined: no, because a claim gives no points, confined or not
    """
    _write(_frame(type="returned", value=b"\xc0") * 100)


def forge_the_judges_answer(bait):
    """row 9: calls back a function of the judge's that there is not
    unconfined: no, because the judge refuses it, confined or not
    ends in: BadReply, Died, TimedOut
    """
    _write(CALL_BACK)
    heard = os.read(READS, 999)
    return b"refus" not in heard.lower() and heard


def call_back_without_end(bait):
    """row 16: floods the judge with calls back and never reads an answer
    unconfined: no, because the judge holds its limits there, too
    ends in: TimedOut, BadReply
    """
    flood = CALL_BACK * 4096
    for _ in range(64):  # some 12 MB at most
        _write(flood)
    time.sleep(30)


def call_back_in_a_loop(bait):
    """row 16: calls back again and again, and does read the answers
    unconfined: no, because the judge holds its limits there, too
    ends in: TimedOut, BadReply
    """
    import signal

    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_IGN)
    for _ in range(300_000):
        _write(CALL_BACK)
        os.read(READS, 4096)


def call_back_with_much(bait):
    """row 16: sends the judge deeply nested arguments
    unconfined: no, because the judge holds its limits there, too
    ends in: BadReply
    """
    nest = b"\x82" + _text("type") + _text("items") + _text("kind")
    _write(_frame(type="returned", value=b"\x91" * 1_000_000 + b"\xc0"))
    time.sleep(9)
    return len(nest) == 0


def say_noise(bait):
    """row 16: sends bytes that are no message
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """
    _write(b"\xff" * 100)
    time.sleep(9)


def say_an_empty_message(bait):
    """row 16: sends a message without a body
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """
    _write(struct.pack("<Q", 0))
    time.sleep(9)


def say_how_long_and_no_more(bait):
    """row 16: promises a message and never sends it
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    _write(struct.pack("<Q", 1000))
    time.sleep(99)


def say_too_much(bait):
    """row 16: promises a message of a terabyte
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """
    _write(struct.pack("<Q", 1 << 40))
    time.sleep(9)


def say_it_is_endless(bait):
    """row 16: promises the longest message that can be told
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """
    _write(b"\xff" * 8)
    time.sleep(9)


def say_it_slowly(bait):
    """row 16: sends a byte from time to time, so that the judge always hears something
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    _write(struct.pack("<Q", 1000))
    while True:
        try:
            _write(b"\xc0")
            time.sleep(0.01)
        except BaseException:
            pass


def say_it_with_urgency(bait):
    """row 16: sends a byte out of band, which no plain read sees
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut, BadReply, Died
    """
    channel = socket.socket(fileno=os.dup(WRITES))
    for _ in range(1000):
        channel.send(b"!", socket.MSG_OOB)
        time.sleep(0.01)
    time.sleep(9)


def shut_down_the_channel(bait):
    """row 16: shuts down the way to the judge and runs on
    unconfined: no, because the judge sees it there, too
    ends in: Died
    """
    socket.socket(fileno=os.dup(WRITES)).shutdown(socket.SHUT_WR)
    while True:
        time.sleep(1)


def shut_down_the_way_back(bait):
    """row 16: shuts down the way from the judge, takes away the way out and answers
    unconfined: no, because the judge's clock ends it there, too
    ends in: Died
    """
    socket.socket(fileno=os.dup(READS)).shutdown(socket.SHUT_RDWR)
    os._exit = lambda code: time.sleep(99)


def close_the_channel(bait):
    """row 16: closes the channel and runs on
    unconfined: no, because the judge sees it there, too
    ends in: Died
    """
    os.closerange(3, 200)
    while True:
        time.sleep(1)


def close_the_channel_and_exit(bait):
    """row 16: closes the channel and ends as if all were well
    unconfined: no, because the judge sees it there, too
    ends in: Died
    """
    os.closerange(0, 200)
    os._exit(0)


def replace_the_channel(bait):
    """row 9: puts a pair of sockets of its own in the place of the channel
    unconfined: no, because the judge sees its own end closed there, too
    ends in: Died, TimedOut
    """
    ours, theirs = socket.socketpair()
    os.dup2(ours.fileno(), READS)
    os.dup2(ours.fileno(), WRITES)
    theirs.detach()
    ours.detach()


def flood_the_channel(bait):
    """row 16: writes to the channel without end
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """
    while True:
        _write(b"x" * 65536)


def flood_the_output(bait):
    """row 16: prints without end, past Python's own streams
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    while True:
        try:
            os.write(1, b"x" * 65536)
        except BaseException:
            pass


def close_the_output(bait):
    """row 16: closes all standard streams and runs on
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    os.closerange(0, 3)
    while True:
        time.sleep(1)


def write_while_it_is_answered(bait):
    """row 16: a thread writes noise between the frames of honest replies
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """

    def noise():
        while True:
            os.write(WRITES, b"\xff" * 16)

    threading.Thread(target=noise, daemon=True).start()
    time.sleep(9)


def take_the_judges_descriptor(bait):
    """row 9: asks the kernel for a handle on the judge's process through the channel, and signals with it
    unconfined: no, because old kernels do not give it
    """
    import signal

    channel = socket.socket(fileno=os.dup(READS))
    handle = struct.unpack("i", channel.getsockopt(socket.SOL_SOCKET, 77, 4))[0]
    signal.pidfd_send_signal(handle, 0)
    return "it could be signalled"


def pass_a_descriptor(bait):
    """row 27: passes a descriptor to whoever listens"""
    other = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    other.connect(bait["datagram"])
    return socket.send_fds(other, [b"take it"], [1])


def pass_a_descriptor_to_the_judge(bait):
    """row 27: passes descriptors to the judge on the channel
    unconfined: no, because the judge closes them unseen and hears noise
    """
    channel = socket.socket(fileno=os.dup(WRITES))
    return socket.send_fds(channel, [b"\xff" * 9], [0] * 200)


def a_huge_reply(bait):
    """row 16: returns more than is taken
    unconfined: no, because the judge reads as strictly there
    ends in: BadReply
    """
    return "x" * (5 << 20)


def a_value_without_end(bait):
    """row 16: returns a list that has ever more items
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut, OutOfMemory
    """

    class Endless(list):
        def __iter__(self):
            while True:
                yield None

    return Endless()


def a_value_that_takes_time(bait):
    """row 16: returns something that is read slowly
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """

    class Slow:
        def numpy(self):
            while True:
                try:
                    time.sleep(99)
                except BaseException:
                    pass

    return Slow()
