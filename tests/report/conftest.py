"""Grades as the reports get them, honest ones and hostile ones."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from grader.answered import Assessment, ItemScore, Sheet, Spotted, State, Suspect, Suspicion, Trouble
from grader.model import (
    Checked,
    Evidence,
    Finding,
    Grade,
    GradingKey,
    Outcome,
    Place,
    Run,
    Scored,
    Versions,
    Visibility,
)
from grader.pictured import (
    Arrow,
    Bar,
    Bars,
    Diagram,
    Grid,
    Grids,
    Line,
    Lines,
    Node,
    Panel,
    Picture,
    Role,
    Series,
    Text,
)
from grader.report import json_report
from grader.report.overview import Entry, Overview
from grader.shown import CellState, OutputKind, ShownCell, ShownOutput

_FINDINGS = {
    Outcome.FAILED: Finding(
        cause="not-stacked",
        headline="The first LSTM hands on one vector instead of a sequence.",
        expected="an output of 3 dimensions: batch, time step, feature",
        received="an output of shape (None, 32)",
        why="A second LSTM reads a sequence, so the first must return one.",
        hints=(
            "Look at the arguments of `LSTM`.",
            "One of them is about sequences.",
            "return_sequences=True",
        ),
        place=Place(line=14, function="build_model", text="model.add(LSTM(32, input_shape=(5, 1)))"),
        details='Traceback (most recent call last):\n  File "lesson06.py", line 14\nValueError: ndim=2',
    ),
    Outcome.NOT_STARTED: Finding(
        cause="not-started",
        headline="`generate_batch` still raises NotImplementedError.",
        hints=("Start with the shape of the result.", "Fill it row by row.", "Return X and y."),
        place=Place(line=31, cell=2),
    ),
    Outcome.SKIPPED: Finding(cause="needs", headline="needs 'The model can be built'"),
    Outcome.TIMED_OUT: Finding(
        cause="timed-out", headline="Training took longer than 60 s.", hints=("Fewer epochs are enough.",)
    ),
    Outcome.OUT_OF_MEMORY: Finding(cause="memory", headline="More than 3072 MB were used."),
    Outcome.CRASHED: Finding(cause="crashed", headline="The process ended without an answer."),
    Outcome.WITHHELD: Finding(cause="withheld", headline="checked when the teacher grades"),
}


def _item(number: int, state: State, credit: float, *feedback: str) -> ItemScore:
    return ItemScore(
        id=f"item_{number}",
        question=1,
        ask=f"What is number {number}?",
        points=1,
        state=state,
        credit=credit,
        feedback=feedback,
    )


_SHEET = Sheet(
    items=(
        _item(1, State.COMPLETE, 1.0, "Right: it is so."),
        _item(2, State.COMPLETE, 0.0, "Wrong: it is not so."),
        _item(3, State.COMPLETE, 0.5, "Something that holds is not chosen."),
        _item(4, State.PART, 0.5, "Still without a partner: cat."),
        _item(5, State.UNCLEAR, 0.0, "There is no option cta."),
        _item(6, State.MISSING, 0.0, "Not answered."),
    ),
    prose=(
        Assessment(
            id="told",
            question=2,
            ask="Tell about cats.",
            answered=True,
            found=("cats are animals",),
            missing=("cats sleep",),
            misconceptions=(Spotted(name="cats are dogs", reply="Cats are no dogs."),),
            suggested=0.5,
            notes=("Only its beginning was read.",),
        ),
        Assessment(
            id="copied",
            question=2,
            ask="Tell about dogs.",
            answered=True,
            suspicion=Suspicion(kind=Suspect.COPY, text="This repeats the question."),
            suggested=0.0,
        ),
        Assessment(id="silent", question=3, ask="Tell about birds.", answered=False),
    ),
    credit=0.3,
    troubles=(Trouble(line=3, text="there is no question told2"),),
)


def _picture() -> str:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((640, 240)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _cell(number: int | None, state: CellState, source: str, **outputs: str) -> ShownCell:
    shown = tuple(ShownOutput(kind=OutputKind(kind), text=text) for kind, text in outputs.items())
    return ShownCell(number=number, state=state, source=source, outputs=shown)


_TABLE = """\
   step  temperature     humidity  pressure  wind speed  direction
0     1         21.5         0.45      1013         3.2         NW"""
_NOTEBOOK = (
    _cell(None, CellState.TEXT, "# Stacked LSTMs\n\nWhat is the second layer good for?"),
    _cell(1, CellState.RAN, "import keras\n\nmodel = build_model(5, 1)  # small", text=_TABLE, image=_picture()),
    _cell(2, CellState.RAN, "HTML(page)", note="HTML is not shown here."),
    _cell(
        3, CellState.RAISED, 'def f():\n    return 1 / 0, "zero"\n\nf()', error="ZeroDivisionError: division by zero"
    ),
    _cell(4, CellState.STOPPED, "while True:\n    pass"),
    _cell(5, CellState.NOT_RUN, "print(model)"),
)


_PLACES = tuple(float(step) for step in range(12))
_NOTED: dict[str, str] = {"note": "What to `look` at.", "words": "All of it in words: 0.5.", "criterion": "skill"}
_PICTURES: tuple[Picture, ...] = (
    Diagram(
        title="A model",
        nodes=(
            Node(name="LSTM", detail="8 units, 352 weights", is_recurrent=True),
            Node(name="Flatten"),
            Node(name="LSTM", detail="8 units, 544 weights", is_recurrent=True),
        ),
        arrows=(
            Arrow(source=-1, target=0, shape="(None, 10, 2)"),
            Arrow(source=0, target=1, shape="(None, 8)", is_indirect=True),
            Arrow(source=0, target=2, shape="(None, 8)"),
            Arrow(source=1, target=2, shape="(None, 8)", is_wrong=True),
            Arrow(source=2, target=3, shape="(None, 3)"),
        ),
        **_NOTED,
    ),
    Bars(
        title="Some bars",
        x_label="RMSE",
        bars=(
            Bar(name="yours", role=Role.OWN, value=0.2, runs=(0.1, 0.2, 0.3)),
            Bar(name="the reference", role=Role.TRUTH, value=0.1),
            Bar(name="always zero, a simple way with a long name", role=Role.OTHER, value=9.0),
        ),
        threshold=0.3,
        is_lower_better=True,
        **_NOTED,
    ),
    Lines(
        title="Some lines",
        x_label="step",
        y_label="value",
        is_log=False,
        panels=(
            Panel(
                name="one",
                series=tuple(
                    Series(name=f"line {role.value}", role=role, x=_PLACES, y=(*_PLACES[:5], None, *_PLACES[6:]))
                    for role in Role
                ),
                steps=((3.0, "a border"),),
            ),
            Panel(series=(Series(name="line own", role=Role.OWN, x=_PLACES, y=_PLACES),)),
        ),
        **_NOTED,
    ),
    Grids(
        title="Some shades",
        x_label="step",
        grids=(
            Grid(name="a map", rows=((0.0, 0.5, 1.0), (1.0, None, 0.2)), row_names=("a", "b"), rings=((0, 1),)),
            Grid(name="a right one", rows=((0.0,) * 60,), is_right=True),
            Grid(name="a wrong one", rows=((1.0,) * 60,), is_right=False),
        ),
        **_NOTED,
    ),
    Text(
        title="A text",
        lines=(
            Line(parts=("po ", "nodi", " kakaq."), is_right=True),
            Line(parts=("po ", "nodix", " kakaq."), wrong=(1,), remark="the noun does not agree", is_right=False),
        ),
        **_NOTED,
    ),
)


def _row(identifier: str, title: str, outcome: Outcome, points: float, **checked: Any) -> Scored:
    withheld = outcome is Outcome.WITHHELD
    return Scored(
        id=identifier,
        title=title,
        visibility=Visibility.TEACHER if withheld else Visibility.STUDENT,
        points=points,
        max_points=20.0,
        checked=Checked(
            outcome=outcome,
            credit=points / 20,
            finding=checked.pop("finding", _FINDINGS.get(outcome)),
            **checked,
        ),
    )


@pytest.fixture
def mixed() -> Grade:
    """A grade with every outcome but a fault of the grader."""
    skill = Evidence(name="RMSE", values=(0.0731, 0.0812, 0.0779), unit="°C", labels=("seed 1", "seed 2", "seed 3"))
    rows = (
        _row("loads", "The file loads", Outcome.PASSED, 20.0, output="Epoch 1/2\n"),
        _row("builds", "The model stacks two LSTM layers", Outcome.FAILED, 0.0, output="shape (None, 32)\n"),
        _row("batch", "Batches have the right shape", Outcome.FAILED, 7.5),
        _row("generate", "Data are generated", Outcome.NOT_STARTED, 0.0),
        _row("predicts", "A forecast is close enough", Outcome.SKIPPED, 0.0),
        _row("trains", "Training ends in time", Outcome.TIMED_OUT, 0.0),
        _row("memory", "Training fits into memory", Outcome.OUT_OF_MEMORY, 0.0),
        _row("survives", "Odd input is survived", Outcome.CRASHED, 0.0),
        _row(
            "skill",
            "The model is skilful",
            Outcome.PASSED,
            20.0,
            provisional=True,
            borderline=True,
            evidence=(skill,),
        ),
        _row("fresh", "New data are forecast", Outcome.WITHHELD, 0.0),
    )
    return Grade(
        lesson="lesson06_stacked",
        title="Stacked LSTMs",
        file="lesson06_stacked.py",
        points=47.5,
        provisional_points=20.0,
        max_points=180.0,
        percent=26.4,
        pass_mark=60.0,
        passed=False,
        rows=rows,
        answers=_SHEET,
        next_step="Let the first LSTM return its whole sequence (line 14).",
        notes=("This machine confines a submission only weakly.", "1 check is left to the teacher."),
        output="loading …\n",
        notebook=_NOTEBOOK,
        pictures=_PICTURES,
        key=GradingKey(
            submission="5f" * 32,
            rubric="a1" * 32,
            seed_id="public",
            versions=Versions(grade="0.1.0", python="3.12.1", keras="3.15.1", tensorflow="2.21.0", numpy="2.3.0"),
        ),
        run=Run(
            started="2025-01-31T12:00:00Z",
            wall_seconds=31.25,
            cpu_seconds=58.5,
            layers=("landlock", "seccomp"),
            missing=("user namespaces",),
        ),
    )


@pytest.fixture(params=["passed", "failed", "stub", "broken", "unskilled"])
def real(request: pytest.FixtureRequest) -> Grade:
    """A grade as `grade` wrote it: lesson 06 solved, with one mistake, untouched, broken off, and badly trained."""
    return json_report.decode((Path(__file__).parent / "real" / f"{request.param}.json").read_bytes())


@pytest.fixture
def poisoned() -> Callable[[Grade, str], Grade]:
    """A function that puts a text into every text of a grade, after what stood there."""

    def poison(value: Any, text: str) -> Any:
        if isinstance(value, str):
            return f"{value}{text}"
        if isinstance(value, tuple):
            return tuple(poison(item, text) for item in value)
        if isinstance(value, msgspec.Struct):
            fields = msgspec.structs.asdict(value)
            return type(value)(**{name: poison(item, text) for name, item in fields.items()})
        return value

    def poison_grade(grade: Grade, text: str) -> Grade:
        poisoned_grade = poison(grade, text)
        assert isinstance(poisoned_grade, Grade)
        return poisoned_grade

    return poison_grade


@pytest.fixture
def overview(mixed: Grade) -> Overview:
    passed = msgspec.structs.replace(mixed, passed=True, points=180.0, percent=100.0, rows=mixed.rows[:1])
    return Overview(
        (
            Entry("lesson01", "First", "models", "lesson01.html", passed),
            Entry("lesson02", "Second", "models", "lesson02.html"),
            Entry("lesson03", "Third", "models", "lesson03.html", mixed),
            Entry("lesson04", "Fourth", "models", "lesson04.html", problem="disk on fire", is_fault=True),
            Entry("lesson05", "Fifth", "models", "lesson05.html", problem="it is a folder"),
        )
    )
