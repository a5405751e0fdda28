"""Curves with the verdict on them, and the choice among results."""

from collections.abc import Iterator
from types import ModuleType

from grader.judge.picturing import series
from grader.judge.seen import Seen
from grader.pictured import Bar, Bars, Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("diagnose", "select_best")


def picture_curves(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """One pair of curves for each verdict."""
    rng = streams.generator("clear curves")
    drawn = [(kind, kind.history(rng)) for kind in data.CLEAR for _ in range(2)]
    told = {repr(call.args[0]): str(call.returned) for call in seen.calls("diagnose")}
    panels, words = [], []
    for verdict in ("underfit", "good", "overfit"):
        kind, history = next(pair for pair in drawn if pair[0].verdict == verdict)
        answer = told.get(repr(history))
        if answer is None:
            return
        is_right = "✓" if answer == verdict else f"✗, it is {verdict}"
        panels.append(
            Panel(
                name=f"you say {answer} {is_right}"[:100],
                series=(
                    series("training loss", Role.OWN, history["loss"]),
                    series("validation loss", Role.OTHER, history["val_loss"]),
                ),
            )
        )
        words.append(f"{kind.words}: this is {verdict}, you say {answer[:40]}")
    yield Lines(
        title="Curves and your verdicts",
        note=(
            "Both still fall: train longer. Both level, close together: good. The validation loss has turned while the "
            "training loss falls: overfit, the best epoch is behind."
        ),
        words="; ".join(words) + ".",
        x_label="epoch",
        y_label="loss",
        panels=tuple(panels),
    )


def picture_best(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """The runs of each value, their means, and the value that was chosen."""
    del streams
    for call in seen.calls("select_best"):
        results, chosen = call.args[0], call.returned
        best = min(result["mean"] for result in results)
        lucky = min(results, key=lambda result: min(result["scores"]))
        bars, told = [], []
        for result in sorted(results, key=lambda each: each["mean"]):
            is_chosen = data.same_value(result["value"], chosen)
            remarks = ["your choice"] * is_chosen + ["a lucky run"] * (result is lucky)
            name = f"{result['value']:g}" if isinstance(result["value"], float) else str(result["value"])
            said = f"{name}: {', '.join(remarks)}" if remarks else name
            runs = tuple(float(score) for score in result["scores"])
            role = Role.OWN if is_chosen else Role.OTHER
            bars.append(Bar(name=said, role=role, value=float(result["mean"]), runs=runs))
            told.append(f"{said}, mean {result['mean']:.3g}, runs from {min(runs):.3g} to {max(runs):.3g}")
        yield Bars(
            title="Results of a search, and your choice",
            note=(
                "Bars are means, dots single runs. One value has the best single run by luck; the best mean is "
                f"{best:.3g}. Who compares the best runs chooses luck."
            ),
            words="; ".join(told) + ".",
            x_label="error",
            bars=tuple(bars),
            is_lower_better=True,
        )
        return
