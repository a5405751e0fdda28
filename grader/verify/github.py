"""What GitHub Actions shows of a run: annotations beside the code, and a summary of the step.

Workflow commands and their escapes: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
and `packages/core/src/command.ts` of https://github.com/actions/toolkit.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path

from grader.verify.places import Places
from grader.verify.results import Result
from grader.verify.tally import KINDS, cell, tally

#: Annotations of one kind that GitHub shows for a step; it drops the rest in silence.
MOST_ANNOTATIONS = 10
#: Bytes of a summary that GitHub takes for a step; it drops a longer one whole.
MOST_BYTES = 1024 * 1024
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$@:-])")
_CUT = "\n\nThere is more, but GitHub takes no more than this.\n"


def annotations(results: Sequence[Result], places: Places) -> list[str]:
    """Writes what is wrong as workflow commands, as many as GitHub shows.

    Args:
        results: the results of a run.
        places: names files from the top of the repository.
    """
    found = [(result.name, *said) for result in results for said in result.said()]
    kept = found if len(found) <= MOST_ANNOTATIONS else found[: MOST_ANNOTATIONS - 1]
    lines = [_error(text, file=places.name(path), line=line, title=name) for name, path, line, text in kept]
    if len(kept) < len(found):
        left = len(found) - len(kept)
        lines.append(_error(f"{left} more are in the summary of this step and in its log", title="grade verify"))
    return lines


def add_summary(path: Path, results: Sequence[Result], places: Places) -> None:
    """Adds the summary of a run to the file that GitHub shows for the step.

    Args:
        path: the file, `$GITHUB_STEP_SUMMARY`.
        results: the results of a run.
        places: names files from the top of the repository.

    Raises:
        OSError: it cannot be written.
    """
    room = MOST_BYTES - (path.stat().st_size if path.exists() else 0)
    text = summary(results, places).encode()
    if len(text) > room:
        kept = text[: max(0, room - len(_CUT.encode()))]
        text = kept[: kept.rfind(b"\n") + 1] + _CUT.encode()
    if len(text) <= room:
        with path.open("ab") as file:
            file.write(text)


def summary(results: Sequence[Result], places: Places) -> str:
    """Writes a run as Markdown: a table, what is wrong, and what is good to know.

    Args:
        results: the results of a run.
        places: names files from the top of the repository.
    """
    proved = sum(result.is_proved for result in results)
    lines = [f"### {proved} of {len(results)} proved", "", f"| | {' | '.join(KINDS)} |", f"|---|{'---|' * len(KINDS)}"]
    for lesson, row in tally(results).items():
        lines.append(f"| {_plain(lesson)} | {' | '.join(cell(row, kind) for kind in KINDS)} |")
    wrong = [(result.name, *said) for result in results for said in result.said()]
    if wrong:
        lines += ["", "#### Not proved", ""]
        lines += [f"- {_plain(name)}: {_plain(f'{places.name(path)}:{at}: {text}')}" for name, path, at, text in wrong]
    notes = [(result.name, note) for result in results for note in result.notes]
    if notes:
        lines += ["", "#### Good to know", "", *(f"- {_plain(name)}: {_plain(note)}" for name, note in notes)]
    return "\n".join(lines) + "\n\n"


def _error(text: str, **properties: object) -> str:
    named = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::error {named}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, without links, pictures or mentions."""
    return _MARKUP.sub(r"\\\1", html.escape(text, quote=False))
