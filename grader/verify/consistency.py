"""Holds that the parts of a lesson agree with each other; nothing is run and nothing graded."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.answers.block import block
from grader.answers.questions import load_quiz
from grader.answers.reading import read_answers
from grader.course import Course, Lesson
from grader.errors import GradeError
from grader.rubric import ANSWERS, Criterion, Rubric, load_rubric
from grader.settings import FILE, load_settings
from grader.verify.cases import Case, Kind
from grader.verify.margins import margin
from grader.verify.signatures import differences

#: From so many other lessons on, a sum of points that differs from all of theirs is a slip.
_A_HABIT = 2


@dataclass(frozen=True)
class Trouble:
    """Something that does not agree.

    Attributes:
        path: the file to look into.
        line: the line.
        said: what, as a sentence.
    """

    path: Path
    line: int
    said: str


@dataclass(frozen=True)
class Consistency:
    """What came of one check of a lesson.

    Attributes:
        lesson: the lesson's id, or "course".
        name: what was looked at.
        path: the file that it is about.
        troubles: what does not agree; empty if all does.
        notes: what is good to know all the same.
    """

    lesson: str
    name: str
    path: Path
    troubles: tuple[Trouble, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Names it, e.g. "lesson06_stacked/signatures"."""
        return f"{self.lesson}/{self.name}"


_Found = Iterator[Trouble | str]


def check_course(course: Course, lessons: list[Lesson]) -> Iterator[Consistency]:
    """Checks a course's settings and some of its lessons.

    Args:
        course: the course.
        lessons: those of its lessons that are to be checked.

    Yields:
        What came of each check.
    """
    settings = course.folder / "rubrics" / FILE
    yield _checked("course", "settings", settings, partial(_settings, course.folder))
    sums = [_sum(lesson) for lesson in course.lessons()]
    for lesson in lessons:
        path = lesson.rubric / "rubric.toml"
        try:
            rubric = load_rubric(lesson.rubric)
        except GradeError as problem:
            yield Consistency(lesson.id, "rubric", path, (Trouble(path, 1, str(problem)),))
            continue
        yield _checked(lesson.id, "rubric", path, partial(_rubric, lesson, rubric, sums))
        yield _checked(lesson.id, "checks", lesson.rubric / "checks.py", partial(_checks, lesson, rubric))
        yield _checked(lesson.id, "signatures", lesson.solution, partial(_signatures, lesson, rubric))
        yield _checked(lesson.id, "rejects", lesson.rubric / "reject", partial(_rejects, lesson, rubric))
        if rubric.asks:
            yield _checked(lesson.id, "answers", lesson.rubric / "questions.toml", partial(_answers, lesson))
        for each in rubric.criteria:
            if each.threshold:
                yield _checked(lesson.id, f"threshold of {each.id}", path, partial(_threshold, path, rubric, each))


def _checked(lesson: str, name: str, path: Path, look: Callable[[], _Found]) -> Consistency:
    """Makes a look at something safe: what cannot be read is a trouble like others."""
    found: list[Trouble | str] = []
    try:
        found.extend(look())
    except OSError as problem:
        missing = Path(str(problem.filename or path))
        found.append(Trouble(missing, 1, f"{missing.name} cannot be read: {problem.strerror}"))
    except (GradeError, ValueError) as problem:
        found.append(Trouble(path, 1, str(problem)))
    troubles = tuple(each for each in found if isinstance(each, Trouble))
    return Consistency(lesson, name, path, troubles, tuple(each for each in found if isinstance(each, str)))


def _settings(folder: Path) -> _Found:
    load_settings(folder)
    yield from ()


def _sum(lesson: Lesson) -> float | None:
    try:
        return sum(criterion.points for criterion in load_rubric(lesson.rubric).criteria)
    except GradeError:
        return None


def _rubric(lesson: Lesson, rubric: Rubric, sums: list[float | None]) -> _Found:
    path = lesson.rubric / "rubric.toml"
    points = sum(criterion.points for criterion in rubric.criteria)
    others = Counter(sums)
    others.subtract([points])
    usual, times = others.most_common(1)[0]
    if points <= 0:
        yield Trouble(path, 1, "there are no points to be had")
    elif usual != points and times == len(sums) - 1 >= _A_HABIT:
        yield Trouble(path, 1, f"the points sum to {points:g}, those of every other lesson to {usual:g}")
    for criterion in rubric.criteria:
        texts = [criterion.why, *criterion.hints]
        if not all(text.strip() for text in texts):
            yield Trouble(path, _line(path, criterion), f"{criterion.id}: its reason or a hint is empty")
        elif len(set(criterion.hints)) < len(criterion.hints):
            yield Trouble(path, _line(path, criterion), f"{criterion.id}: a hint says the same as another")


def _checks(lesson: Lesson, rubric: Rubric) -> _Found:
    """Each criterion has its check, each check and picture its criterion, and all of it can be read."""
    ids = {criterion.id for criterion in rubric.criteria} - {ANSWERS}
    checked: list[str] = []
    for name, prefix in (("checks.py", "test_"), ("teacher_checks.py", "test_"), ("pictures.py", "picture_")):
        path = lesson.rubric / name
        if not path.exists() and name != "checks.py":
            continue
        for node in _parsed(path).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(prefix):
                about = node.name.removeprefix(prefix)
                checked += [about] if prefix == "test_" else []
                if about not in ids:
                    yield Trouble(path, node.lineno, f"{node.name} belongs to no criterion")
    _parsed(lesson.rubric / "data.py")
    for each in sorted(ids):
        if checked.count(each) != 1:
            count = "no check" if each not in checked else f"{checked.count(each)} checks"
            yield Trouble(lesson.rubric / "checks.py", 1, f"the criterion {each} has {count}")


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except SyntaxError as problem:
        raise GradeError(
            f"{path.name} of {path.parent.name} cannot be read: {problem.msg} (line {problem.lineno})"
        ) from problem


def _signatures(lesson: Lesson, rubric: Rubric) -> _Found:
    for each in differences(_parsed(lesson.stub), _parsed(lesson.solution), rubric.functions):
        yield Trouble(lesson.stub if each.of_exercise else lesson.solution, each.line, each.said)


def _rejects(lesson: Lesson, rubric: Rubric) -> _Found:
    ids = [criterion.id for criterion in rubric.criteria]
    failed: set[str] = set()
    for path in lesson.variants(Kind.REJECT):
        promised = Case(lesson, Kind.REJECT, path).promise.fails
        failed.update(promised)
        for name in promised:
            if name not in ids:
                yield Trouble(path, 1, f"it says that it fails {name}, which is no criterion")
    unfailed = [name for name in ids if name not in failed]
    if unfailed:
        yield f"no reject fails {', '.join(unfailed)}"


def _answers(lesson: Lesson) -> _Found:
    quiz = load_quiz(lesson.rubric)
    assert quiz is not None  # noqa: S101  the rubric asks, so there are questions, or it would not have been loaded
    if quiz.key is None:
        yield Trouble(lesson.rubric / "questions.toml", 1, "there is no answers.toml with what is right")
    given = read_answers(lesson.solution.read_text("utf-8")).given
    for item in quiz.questions.items():
        if item.id not in given or not given[item.id].value:
            yield Trouble(lesson.solution, 1, f"the reference does not answer {item.id}")
    if block(quiz.questions) not in lesson.stub.read_text("utf-8"):
        yield Trouble(
            lesson.stub, 1, f"its ANSWERS are not those of questions.toml; run: grade questions {lesson.short}"
        )


def _threshold(path: Path, rubric: Rubric, criterion: Criterion) -> _Found:
    assert criterion.threshold is not None  # noqa: S101  asked before
    found = margin(criterion.threshold)
    line = _line(path, criterion)
    yield str(found)
    for said in found.problems():
        yield Trouble(path, line, f"{criterion.id}: {said}")
    if found.passing and not any(criterion.id in other.needs for other in rubric.criteria):
        yield Trouble(
            path, line, f"{criterion.id}: {found.passing[0]} reaches the threshold, and no criterion is built on it"
        )


def _line(path: Path, criterion: Criterion) -> int:
    """Where a criterion stands in its rubric."""
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f'id = "{criterion.id}"')), 1)
