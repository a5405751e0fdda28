"""Prints what the doctor found."""

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.doctor.examine import Finding, State
from grader.rooms.layers import lacking

_STYLES = {State.HOLDS: "green", State.MISSING: "yellow", State.OPEN: "bold red"}


def show(findings: list[Finding], console: Console) -> None:
    """Prints a table of all findings and one sentence that says what they mean.

    Args:
        findings: what the attacks showed.
        console: where to.
    """
    table = Table("layer", "state", "a submission cannot …", box=SIMPLE, pad_edge=False)
    for finding in findings:
        state = Text(finding.state.value, _STYLES[finding.state])
        table.add_row(Text(finding.layer.name), state, Text(finding.layer.protects))
    console.print(table)
    for advice, names in _advice(findings).items():
        console.print(Text(f"{', '.join(names)}: {advice}."))
    console.print(Text(conclusion(findings)))


def conclusion(findings: list[Finding]) -> str:
    """The sentence below the table."""
    opened = [finding.layer.name for finding in findings if finding.state is State.OPEN]
    if opened:
        return f"Attacks got through ({', '.join(opened)}): grade no code but your own, and report this."
    missing = lacking(tuple(finding.layer.name for finding in findings if finding.state is State.HOLDS))
    if missing:
        return f"Grade no code but your own on this machine; missing: {', '.join(missing)}."
    if any(finding.state is State.MISSING for finding in findings):
        return "Other people's code can be graded here; with what is missing it would be confined even better."
    return "Other people's code can be graded here: every layer holds."


def is_safe(findings: list[Finding]) -> bool:
    """Whether other people's code can be graded here."""
    held = tuple(finding.layer.name for finding in findings if finding.state is State.HOLDS)
    return not lacking(held) and all(finding.state is not State.OPEN for finding in findings)


def _advice(findings: list[Finding]) -> dict[str, list[str]]:
    """What to do, and for which layers."""
    advice: dict[str, list[str]] = {}
    for finding in findings:
        if finding.state is State.MISSING:
            advice.setdefault(finding.layer.advice, []).append(finding.layer.name)
        elif finding.state is State.OPEN:
            words = f"an attack got {finding.loot}; report this as a bug of the grader"
            advice.setdefault(words, []).append(finding.layer.name)
    return advice
