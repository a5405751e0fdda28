"""The rubric of a lesson: what is asked, for how many points, and in which words a miss is explained.

A rubric is `rubrics/<lesson>/rubric.toml`. It names every criterion beforehand, so nothing that a
submission does can add or drop a row of its mark. The check of criterion `x` is the function `test_x` in
`checks.py` (or `teacher_checks.py`); the first line of its docstring is the criterion's title.
"""

import ast
from pathlib import Path
from typing import Annotated

import msgspec

from grader.errors import GraderFault
from grader.model import Visibility
from grader.records import Frozen

#: The criterion whose check is no function: the answers to the questions of the lesson.
ANSWERS = "answers"
ANSWERS_TITLE = "The questions in `ANSWERS` are answered"

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
CauseCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


class Limits(Frozen, frozen=True, kw_only=True):
    """What one call into a submission may use.

    Attributes:
        cpu_seconds: CPU seconds of one call; four times as many seconds may pass on the clock.
        import_seconds: CPU seconds for loading the file.
        memory_mb: memory of one room in MiB.
        reply_mb: size of one reply in MiB.
    """

    cpu_seconds: Positive = 60.0
    import_seconds: Positive = 20.0
    memory_mb: Annotated[int, msgspec.Meta(ge=512)] = 3072
    reply_mb: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 128


class Threshold(Frozen, frozen=True, kw_only=True):
    """A skill that a trained model must reach, with the measurements it was set from.

    Attributes:
        metric: what is measured, e.g. "RMSE".
        value: the threshold itself.
        better: "lower" or "higher".
        repeats: how many seeds decide (their median) once the first lies near the threshold.
        near: share of the threshold within which a result counts as near.
        mean: mean of the reference over its seeds.
        worst: its worst seed.
        seeds: number of seeds measured.
        baselines: what trivial or wrong models reach on the same data.
        measured: date and versions of the measurement.
    """

    metric: str
    value: float
    better: Annotated[str, msgspec.Meta(pattern="^(lower|higher)$")]
    repeats: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    near: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.15
    mean: float
    worst: float
    seeds: int
    baselines: dict[str, float]
    measured: str

    def reached(self, skill: float) -> bool:
        """Says whether a skill is good enough; NaN never is."""
        return skill <= self.value if self.better == "lower" else skill >= self.value

    def is_near(self, skill: float) -> bool:
        """Says whether a skill lies so near that other seeds have to be asked."""
        return abs(skill - self.value) <= self.near * abs(self.value)


class Criterion(Frozen, frozen=True, kw_only=True):
    """One thing that is checked and marked.

    Attributes:
        id: its name; the check is `test_<id>`.
        points: what it is worth.
        title: what it asks; by default the first line of the check's docstring.
        needs: criteria that must pass first.
        visibility: where it is checked.
        room: "keras", or "numpy" for a room in which Keras cannot be imported.
        cpu_seconds: budget of one call, where it differs from the lesson's.
        why: why it matters.
        hints: three steps, from a nudge to a strong hint.
        threshold: the skill asked for, with its evidence.
    """

    id: Identifier
    points: Annotated[float, msgspec.Meta(ge=0)]
    title: str = ""
    needs: tuple[Identifier, ...] = ()
    visibility: Visibility = Visibility.STUDENT
    room: Annotated[str, msgspec.Meta(pattern="^(keras|numpy)$")] = "keras"
    cpu_seconds: Positive | None = None
    why: str
    hints: Annotated[tuple[str, ...], msgspec.Meta(min_length=3, max_length=3)]
    threshold: Threshold | None = None


class Cause(Frozen, frozen=True, kw_only=True):
    """The wording of one cause of failure.

    Attributes:
        headline: one sentence with `{fields}` that the check fills in.
        hint: the next step for just this cause; it goes before the criterion's own hints.
        why: why it matters, where it differs from the criterion's own reason.
        error: regular expression over "Type: text" of an exception; a match means this cause.
    """

    headline: str
    hint: str = ""
    why: str = ""
    error: str = ""


class Rubric(Frozen, frozen=True, kw_only=True):
    """A whole rubric; see the module docstring.

    Attributes:
        schema: version of this schema.
        title: title of the lesson.
        theme: theme of the course that it belongs to.
        functions: functions that a submission defines, in the stub's order.
        limits: what a call may use.
        criteria: what is marked, in the order of the report.
        causes: wording of this lesson's own causes.
    """

    schema: Annotated[int, msgspec.Meta(ge=1, le=1)]
    title: str
    theme: str
    functions: tuple[str, ...]
    limits: Limits = Limits()
    criteria: Annotated[tuple[Criterion, ...], msgspec.Meta(min_length=1)]
    causes: dict[CauseCode, Cause] = msgspec.field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether answers to questions are marked."""
        return any(criterion.id == ANSWERS for criterion in self.criteria)

    def criterion(self, identifier: str) -> Criterion:
        """Returns a criterion by its id.

        Raises:
            KeyError: there is no such criterion.
        """
        for criterion in self.criteria:
            if criterion.id == identifier:
                return criterion
        raise KeyError(identifier)


def load_rubric(folder: Path) -> Rubric:
    """Reads and checks the rubric of a lesson.

    Args:
        folder: the lesson's folder below `rubrics/`.

    Returns:
        The rubric, its titles filled in from the checks' docstrings.

    Raises:
        GraderFault: the rubric cannot be read, or contradicts itself or its checks.
    """
    path = folder / "rubric.toml"
    try:
        rubric = msgspec.toml.decode(path.read_bytes(), type=Rubric)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as problem:
        raise GraderFault(f"the rubric {path.name} of {folder.name} cannot be used: {problem}") from problem
    titles = {f"test_{ANSWERS}": ANSWERS_TITLE} | _titles(folder / "checks.py") | _titles(folder / "teacher_checks.py")
    criteria = tuple(_with_title(criterion, titles, folder) for criterion in rubric.criteria)
    _check_needs(criteria, folder)
    if (folder / "questions.toml").exists() != rubric.asks:
        raise GraderFault(f"{folder.name}: questions.toml and the criterion {ANSWERS} belong together; one is missing")
    return msgspec.structs.replace(rubric, criteria=criteria)


def _titles(path: Path) -> dict[str, str]:
    """Maps each check's name to the first line of its docstring, without running anything."""
    if not path.exists():
        return {}
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError) as problem:
        raise GraderFault(f"{path.name} of {path.parent.name} cannot be read: {problem}") from problem
    return {
        node.name: (ast.get_docstring(node) or "").partition("\n")[0]
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def _with_title(criterion: Criterion, titles: dict[str, str], folder: Path) -> Criterion:
    title = criterion.title or titles.get(f"test_{criterion.id}", "")
    if not title:
        raise GraderFault(f"criterion {criterion.id} of {folder.name} has neither a check nor a title")
    return msgspec.structs.replace(criterion, title=title)


def _check_needs(criteria: tuple[Criterion, ...], folder: Path) -> None:
    """Holds that ids are unique and that a criterion needs only earlier ones, so that no circle can be."""
    seen: set[str] = set()
    for criterion in criteria:
        if criterion.id in seen:
            raise GraderFault(f"criterion {criterion.id} of {folder.name} stands there twice")
        missing = [need for need in criterion.needs if need not in seen]
        if missing:
            raise GraderFault(f"criterion {criterion.id} of {folder.name} needs {missing[0]}, which is not before it")
        seen.add(criterion.id)
