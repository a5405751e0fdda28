"""What a room can do with a model at the judge's request; clean rooms and student rooms know the same verbs."""

from collections.abc import Callable
from typing import Any

from grader.inside import anatomy, archive, attention, files, probes

#: Each verb takes the submission's namespace (empty in a clean room) and keyword arguments.
VERBS: dict[str, Callable[..., Any]] = {
    "pack": archive.pack,
    "unpack": archive.unpack,
    "read_folder": files.read_folder,
    "perturb": probes.perturb,
    "trace": anatomy.trace,
    "influence": probes.influence,
    "dependency": probes.dependency,
    "attention": attention.attention,
    "predict": probes.predict,
    "build": lambda namespace, thing: thing,  # noqa: ARG005  the value was built while it was read
    "set_weights": probes.set_weights,
    "weights": lambda namespace, model: list(model.get_weights()),  # noqa: ARG005  no names are needed
    "call": lambda namespace, thing, x: _first(thing(x)),  # noqa: ARG005  no names are needed
}


def _first(result: Any) -> Any:
    """A layer's result as arrays, whatever tensors it is made of."""
    import numpy as np

    if isinstance(result, list | tuple):
        return [np.asarray(part) for part in result]
    return np.asarray(result)
