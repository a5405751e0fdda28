"""What host and warm interpreter say to each other; each message is one packet, descriptors ride along.

The warm interpreter never runs a submission itself, so unlike a room it is trusted; the messages are typed
for clarity, not for defence.
"""

import os

import msgspec


class Readable(msgspec.Struct, frozen=True):
    """What a room may read.

    Attributes:
        whole: files and folders with all that lies in them.
        named: folders of which only the entries named here may be read; all names in them may be listed.
    """

    whole: list[str]
    named: dict[str, list[str]]

    def paths(self) -> list[str]:
        """The entries of `named` as paths."""
        return [os.path.join(folder, name) for folder, names in self.named.items() for name in names]  # noqa: PTH118


class RoomSpec(msgspec.Struct, frozen=True, tag="room"):
    """Start a room; the packet carries the room's end of the channel and the pipe for its output.

    Attributes:
        work: its work folder, the only place it may write to.
        carried: folder with files from an earlier room, or "".
        memory_mb: memory limit in MiB.
        confine: whether to confine it at all.
        readable: what it may read beside its own folder.
        keras: whether the submission may import Keras; else it has NumPy alone.
        sockets: folder in which a kernel for notebooks listens, or "" for a room without one.
        key: key with which the kernel's messages are signed.
    """

    work: str
    carried: str
    memory_mb: int
    confine: bool
    readable: Readable
    keras: bool = True
    sockets: str = ""
    key: str = ""


class Warm(msgspec.Struct, frozen=True, tag="warm"):
    """The warm interpreter is ready."""


class Started(msgspec.Struct, frozen=True, tag="started"):
    """A room has been forked; the packet carries its pidfd."""

    pid: int


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """A room is dead and reaped.

    Attributes:
        pid: which one.
        code: exit code, or minus the number of the signal that killed it.
        cpu_seconds: CPU time it used in all.
        peak_mb: its greatest resident memory in MiB.
    """

    pid: int
    code: int
    cpu_seconds: float
    peak_mb: float


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A room could not be started; this is a fault of ours."""

    reason: str


FromWarm = Warm | Started | Ended | Refused

#: A packet is never longer than this.
PACKET = 65_536

encode = msgspec.msgpack.Encoder().encode
decode_from_warm: msgspec.msgpack.Decoder[FromWarm] = msgspec.msgpack.Decoder(FromWarm)
decode_to_warm: msgspec.msgpack.Decoder[RoomSpec] = msgspec.msgpack.Decoder(RoomSpec)
