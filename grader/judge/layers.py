"""One call of a layer, as a room tells it."""

from typing import Annotated

import msgspec

_Name = Annotated[str, msgspec.Meta(max_length=512)]
_Shape = Annotated[tuple[int | None, ...], msgspec.Meta(max_length=32)]


class LayerCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call of one layer while the model ran once, in call order.

    Layers inside a wrapper (Bidirectional, TimeDistributed, RNN) count as the wrapper.

    Attributes:
        layer: number of the layer; a layer that is called twice has one number.
        name: its name, which says nothing.
        kind: its class, e.g. "LSTM".
        own: whether its class is the student's own.
        wraps: class of the layer that it wraps, or None.
        recurrent: whether it, or what it wraps, is a recurrent layer.
        cells: classes of its cells, e.g. ("LSTMCell",); stacked cells are several.
        units: its units, where it has any.
        return_sequences: as set, or None for layers without it.
        go_backwards: as set, or None.
        stateful: as set, or None.
        parameters: number of its weights.
        input_shape: shape of its (first) input, the batch as None.
        output_shape: shape of its (first) output, the batch as None.
        constant_input: whether the input is the same at all timesteps.
        sources: numbers of the calls whose outputs it is given, as they are; -1 for the input of the model.
    """

    layer: int
    name: _Name
    kind: _Name
    own: bool
    wraps: _Name | None
    recurrent: bool
    cells: tuple[_Name, ...]
    units: int | None
    return_sequences: bool | None
    go_backwards: bool | None
    stateful: bool | None
    parameters: int
    input_shape: _Shape
    output_shape: _Shape
    constant_input: bool
    sources: Annotated[tuple[int, ...], msgspec.Meta(max_length=256)] = ()

    @property
    def is_lstm(self) -> bool:
        """Whether all its cells are LSTM cells."""
        return self.recurrent and bool(self.cells) and set(self.cells) == {"LSTMCell"}
