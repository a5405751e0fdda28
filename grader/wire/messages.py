"""Everything that may be said between host and room.

Records are tagged unions, decoded strictly: unknown tags, unknown fields, wrong types and integers beyond
64 bits are errors, and a decoded value is plain data. What a room says is a stranger's claim, so the types
that a room may send (`FromRoom`) are fewer than those it may be sent (`ToRoom`).
"""

from typing import Annotated, Literal

import msgspec

_Count = Annotated[int, msgspec.Meta(ge=0)]
#: Texts of errors are cut to this length by an honest room; a longer one is refused.
MAX_TEXT = 16_384
_Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
_Name = Annotated[str, msgspec.Meta(max_length=512)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all records on the wire."""


# Values that go both ways.


class Array(_Record, frozen=True, tag="array"):
    """A NumPy array or scalar (shape ()).

    Attributes:
        dtype: NumPy's type string with byte order, e.g. "<f4"; `arrays` holds the allow-list.
        shape: its shape.
        data: its elements in C order.
    """

    dtype: Annotated[str, msgspec.Meta(max_length=12)]
    shape: Annotated[tuple[_Count, ...], msgspec.Meta(max_length=32)]
    data: bytes


class Binary(_Record, frozen=True, tag="binary"):
    """Bytes; strings are strings without a record of their own."""

    data: bytes


class Handle(_Record, frozen=True, tag="handle"):
    """Something that stays in the room and goes by a number.

    Attributes:
        number: its number in that room.
        type_name: the class it claims to be, for messages.
        is_model: whether it is a Keras model, which can be asked for its archive.
    """

    number: _Count
    type_name: _Name
    is_model: bool = False


# Values that a room may send.


class Items(_Record, frozen=True, tag="items"):
    """A list or tuple."""

    kind: Literal["list", "tuple"]
    items: "list[FromRoom]"


class Mapping(_Record, frozen=True, tag="map"):
    """A dict with string or int keys, in order."""

    items: "list[tuple[_Name | int, FromRoom]]"


FromRoom = None | bool | int | float | str | Binary | Array | Handle | Items | Mapping


# Values that a room may be sent.


class GivenItems(_Record, frozen=True, tag="items"):
    """A list or tuple."""

    kind: Literal["list", "tuple"]
    items: "list[ToRoom]"


class GivenMapping(_Record, frozen=True, tag="map"):
    """A dict with string or int keys, in order."""

    items: "list[tuple[str | int, ToRoom]]"


class Callback(_Record, frozen=True, tag="callback"):
    """A function of the judge's; calling it in the room sends `CalledBack`."""

    number: _Count
    name: str


class Stub(_Record, frozen=True, tag="stub"):
    """An object with the given attributes, among them `Callback`s as methods."""

    name: str
    attributes: "dict[str, ToRoom]"


class Rng(_Record, frozen=True, tag="rng"):
    """A NumPy Generator, made in the room from these bytes."""

    entropy: bytes


class Built(_Record, frozen=True, tag="built"):
    """A Keras layer or model, built in the room from its serialized config and weights."""

    config: str
    weights: list[Array]


class Folder(_Record, frozen=True, tag="folder"):
    """The path of a folder in the room, as a string.

    Attributes:
        name: its name, without separators.
        carried: whether it is the read-only folder of files from an earlier room.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    carried: bool = False


ToRoom = (
    None
    | bool
    | int
    | float
    | str
    | Binary
    | Array
    | Handle
    | GivenItems
    | GivenMapping
    | Callback
    | Stub
    | Rng
    | Built
    | Folder
)


# What the host says to a room.


class Soft(_Record, frozen=True):
    """Limits that the room itself watches, so that an endless loop can be told by its line.

    They are a courtesy; the host's own limits are the ones that hold.

    Attributes:
        cpu_seconds: CPU seconds until the call is interrupted.
        wall_seconds: seconds on the clock until the call is interrupted.
    """

    cpu_seconds: float
    wall_seconds: float


class Load(_Record, frozen=True, tag="load"):
    """Run the submission's top-level statements.

    Attributes:
        source: its text.
        name: its file name, for tracebacks.
        until: number of top-level statements to run, or None for all.
        seed: seed of Python's, NumPy's and Keras's generators.
        soft: courtesy limits.
        only: indices of the statements that are run, whatever becomes of the others; None for all, up to the first
            that raises.
    """

    source: str
    name: str
    until: int | None
    seed: int
    soft: Soft
    only: list[int] | None = None


class Call(_Record, frozen=True, tag="call"):
    """Call a function of the submission.

    Attributes:
        target: its name.
        args: positional arguments.
        kwargs: keyword arguments.
        seed: seed of all generators, set before the call.
        soft: courtesy limits.
    """

    target: str
    args: list[ToRoom]
    kwargs: dict[str, ToRoom]
    seed: int
    soft: Soft


class Ask(_Record, frozen=True, tag="ask"):
    """Do one of the room's own verbs, e.g. "describe" a model."""

    verb: str
    args: dict[str, ToRoom]
    seed: int
    soft: Soft


class Serve(_Record, frozen=True, tag="serve"):
    """Run the cells that come over the kernel's sockets, until the kernel is told to shut down.

    Attributes:
        seed: seed of all generators, set once.
        soft: courtesy limits of one cell.
    """

    seed: int
    soft: Soft


class Answer(_Record, frozen=True, tag="answer"):
    """What a called-back function returned."""

    value: ToRoom


class Refusal(_Record, frozen=True, tag="refusal"):
    """A called-back function was used wrongly; the room raises ValueError with this text."""

    message: str


ToRoomMessage = Load | Call | Ask | Serve | Answer | Refusal


# What a room says to the host.


class Line(_Record, frozen=True):
    """One frame of a traceback that lies in the submission."""

    line: _Count
    function: _Name


class Ready(_Record, frozen=True, tag="ready"):
    """The room stands.

    Attributes:
        layers: confinement layers in force.
        missing: layers that could not be had.
    """

    layers: list[_Name]
    missing: list[_Name]


class Loaded(_Record, frozen=True, tag="loaded"):
    """All statements that were asked for have run.

    Attributes:
        names: names of the functions that are defined now.
        raised: what statements raised that were run whatever becomes of the others; the first ones.
    """

    names: list[_Name]
    raised: "Annotated[list[Raised], msgspec.Meta(max_length=8)]" = []


class Returned(_Record, frozen=True, tag="returned"):
    """A call or verb is done."""

    value: FromRoom


class Raised(_Record, frozen=True, tag="raised"):
    """Loading or calling raised.

    Attributes:
        type_name: class of the exception.
        bases: names of its base classes, nearest first.
        message: its text.
        lines: frames in the submission, outermost first.
        traceback: the traceback from the submission on, for the details fold.
        statement: index of the top-level statement that raised while loading, else None.
        names: names of the functions that are defined so far, while loading.
    """

    type_name: _Name
    bases: list[_Name]
    message: _Text
    lines: Annotated[list[Line], msgspec.Meta(max_length=64)]
    traceback: _Text
    statement: int | None = None
    names: list[_Name] = []


class CalledBack(_Record, frozen=True, tag="called_back"):
    """The submission calls a function of the judge's and waits for `Answer` or `Refusal`."""

    number: _Count
    args: list[FromRoom]
    kwargs: "dict[str, FromRoom]"


FromRoomMessage = Ready | Loaded | Returned | Raised | CalledBack
