"""A model as a diagram: layers, what each hands to the next, and the arrow at which it goes wrong."""

import re

from grader.judge.layers import LayerCall
from grader.judge.values import shape_in_words
from grader.model import Finding
from grader.pictured import Arrow, Diagram, Node

_MAX_NODES = 16
_TITLE = "Your model, layer by layer"
#: How Keras says that a layer is given something of the wrong number of axes.
_MISFIT = re.compile(
    r"of layer .?(?P<layer>\w+).? is incompatible.*expected ndim=(?P<wanted>\d).*"
    r"Full shape received: (?P<shape>\([^)]{0,80}\))",
    re.DOTALL,
)
_ACRONYMS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "conv1d": "Conv1D", "conv2d": "Conv2D"}
#: Axes of what a recurrent layer reads.
_SEQUENCE = 3


def diagram(calls: list[LayerCall], criterion: str, finding: Finding | None) -> Diagram | None:
    """Draws a model.

    Args:
        calls: the calls of its layers, in order.
        criterion: the criterion whose check has asked for them.
        finding: why the criterion did not pass, or None.

    Returns:
        The diagram; None for a model of too many layers.
    """
    nodes = _nodes(calls)
    if not 0 < len(nodes) <= _MAX_NODES:
        return None
    arrows, wrong = _arrows(calls), ""
    at = _wrong(arrows, nodes, finding)
    if at is not None and finding is not None:
        arrows[at] = Arrow(
            source=arrows[at].source,
            target=arrows[at].target,
            shape=arrows[at].shape,
            is_wrong=True,
            is_indirect=arrows[at].is_indirect,
        )
        wrong = f" The marked arrow is where it goes wrong: {finding.received}. Expected: {finding.expected}."
    dashed = " Dashed: something that is no layer happens on the way." if any(a.is_indirect for a in arrows) else ""
    return Diagram(
        title=_TITLE,
        note=f"Each arrow has the shape of what it hands on; None stands for the number of rows.{dashed}{wrong}",
        words=_in_words(nodes, arrows),
        criterion=criterion,
        nodes=tuple(nodes),
        arrows=tuple(arrows),
    )


def misfit(criterion: str, finding: Finding) -> Diagram | None:
    """Draws the two layers between which Keras refuses to go on; such a model is never there to be looked at.

    Args:
        criterion: the criterion that did not pass.
        finding: why, with the text of the error.
    """
    found = _MISFIT.search(finding.details)
    if found is None:
        return None
    name = _class_name(found["layer"])
    where = f"line {finding.place.line}" if finding.place else ""
    nodes = (Node(name="the layer before"), Node(name=name, detail=where, is_recurrent=name in ("LSTM", "GRU", "RNN")))
    wanted = f"{found['wanted']} axes"
    if nodes[1].is_recurrent and found["wanted"] == str(_SEQUENCE):
        wanted = "3 axes: batch, time step, feature"
    shape = found["shape"]
    axes = len([size for size in shape.strip("()").split(",") if size.strip()])
    return Diagram(
        title="Where building the model stops",
        note=f"{name} is given {shape}, {axes} axes. It reads {wanted}.",
        words=f"The layer before hands {shape} to {name}, which needs {wanted}.",
        criterion=criterion,
        nodes=nodes,
        arrows=(Arrow(source=0, target=1, shape=shape, is_wrong=True),),
    )


def _class_name(instance: str) -> str:
    """The class of a layer by the name that Keras has given it: "LSTM" for "lstm_1"."""
    plain = re.sub(r"_\d+$", "", instance)
    return _ACRONYMS.get(plain) or "".join(word.capitalize() for word in plain.split("_"))


def _nodes(calls: list[LayerCall]) -> list[Node]:
    """One node a layer, however often it is called."""
    found = []
    for layer in _layers(calls):
        own = [call for call in calls if call.layer == layer]
        first = own[0]
        is_shared = first.kind == "TimeDistributed" and first.wraps is not None
        name = first.wraps if is_shared and first.wraps else f"{first.kind} {first.wraps or ''}".strip()
        details = [
            "at each step" * is_shared,
            f"{first.units} {'units' if first.units != 1 else 'unit'}" if first.units else "",
            f"{first.parameters} weights" if first.parameters else "no weights",
            f"called {len(own)} times" * (len(own) > 1),
        ]
        detail = ", ".join(filter(None, details))
        found.append(Node(name=name[:60], detail=detail, is_recurrent=first.recurrent))
    return found


def _layers(calls: list[LayerCall]) -> list[int]:
    """Numbers of the layers in the order in which they are first called."""
    return list(dict.fromkeys(call.layer for call in calls))


def _arrows(calls: list[LayerCall]) -> list[Arrow]:
    order = _layers(calls)
    found: dict[tuple[int, int], Arrow] = {}
    for number, call in enumerate(calls):
        target = order.index(call.layer)
        sources = [source for source in call.sources if source < number] or [number - 1]
        for source in sources:
            giver = -1 if source < 0 else order.index(calls[source].layer)
            if giver == target:  # a loop of the submission's own
                continue
            shape = call.input_shape if source < 0 or len(sources) == 1 else calls[source].output_shape
            arrow = Arrow(
                source=giver,
                target=target,
                shape=shape_in_words(shape),
                is_indirect=not call.sources and source >= 0,
            )
            found.setdefault((giver, target), arrow)
    last = order.index(calls[-1].layer)
    found[last, len(order)] = Arrow(source=last, target=len(order), shape=shape_in_words(calls[-1].output_shape))
    return list(found.values())


def _wrong(arrows: list[Arrow], nodes: list[Node], finding: Finding | None) -> int | None:
    """The arrow along which goes what a finding says was received; into a recurrent layer, or out of the model."""
    if finding is None:
        return None
    fits = [at for at, arrow in enumerate(arrows) if arrow.shape in finding.received]
    read = [at for at in fits if arrows[at].target < len(nodes) and nodes[arrows[at].target].is_recurrent]
    out = [at for at in fits if arrows[at].target == len(nodes)]
    return next(iter([*read[::-1], *out]), None)


def _in_words(nodes: list[Node], arrows: list[Arrow]) -> str:
    names = ["the input", *[f"{node.name} ({node.detail})" if node.detail else node.name for node in nodes]]
    names.append("the output")
    told = [
        f"{names[a.source + 1]} hands {a.shape} to {names[a.target + 1]}{' (here it goes wrong)' * a.is_wrong}"
        for a in arrows
    ]
    text = "; ".join(told)[:1150]
    return f"{text[:1].upper()}{text[1:]}."
