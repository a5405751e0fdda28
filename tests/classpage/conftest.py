"""Classes as the gradebook yields them, invented but always the same."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from grader.model import Outcome
from grader.standing import Class, Clock, CriterionStanding, LessonInfo, Standing, State, Student

_MADE = datetime(2025, 2, 10, 12, tzinfo=UTC)
_FIRST = (
    "Ada",
    "Alan",
    "Edsger",
    "Grace",
    "Barbara",
    "Donald",
    "Tony",
    "Frances",
    "Niklaus",
    "Margaret",
    "Łukasz",
    "Chloé",
)
_LAST = (
    "Lovelace",
    "Turing",
    "Dijkstra",
    "Hopper",
    "Liskov",
    "Knuth",
    "Hoare",
    "Allen",
    "Wirth",
    "Hamilton",
    "Żak",
    "O'Neil",
)
#: What a criterion asks, its points, how hard it is, and what goes wrong with it.
_CRITERIA = (
    ("The file loads", 5, 0.02, ("The file stops while it is loaded, with NameError: name 'keras' is not defined",)),
    ("The model has the right input and output", 10, 0.1, ("`build_model` takes {n} arguments instead of 3.",)),
    (
        "Sequences flow from one LSTM to the next",
        25,
        0.35,
        ("The first LSTM returns one vector instead of a sequence.",),
    ),
    (
        "Training ends in time",
        20,
        0.3,
        ("Training takes more than {n} s, so it was stopped.", "`train` returns nothing."),
    ),
    ("The forecast beats always saying the last value", 40, 0.55, ("The forecast is no better than the last value.",)),
)


@pytest.fixture(scope="session")
def make_class() -> Callable[..., Class]:
    """Makes a class of so many students and lessons."""
    return _make_class


def _make_class(students: int, lessons: int = 3, seed: int = 1) -> Class:
    chance = random.Random(seed)  # noqa: S311  nothing secret
    infos = tuple(
        LessonInfo(
            id=f"lesson{number:02}_topic",
            title=f"Lesson {number}: topics of networks",
            max_points=100.0,
            due=_MADE + timedelta(days=7 * (number - lessons) + 3),
        )
        for number in range(1, lessons + 1)
    )
    people = sorted(
        (
            Student(
                key=f"user{number:04}x",
                name=f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {chance.choice(_LAST)}{_letters(number)}",
                email=f"mail{number:04}y@example.org",
                ids={"canvas": f"{880000 + number}"},
            )
            for number in range(students)
        ),
        key=lambda student: student.name,
    )
    able = {student.key: chance.betavariate(4, 2) for student in people}
    standings = [_standing(student, info, able[student.key], chance) for info in infos for student in people]
    return Class(
        title="Recurrent networks",
        lessons=infos,
        students=tuple(people),
        standings=tuple(standing for standing in standings if standing is not None),
        pass_mark=60.0,
        made=_MADE,
    )


def _letters(number: int) -> str:
    """What makes a name the only one of its kind."""
    return "".join("bcdfghjklm"[int(digit)] for digit in f"{number:04}")


def _standing(student: Student, lesson: LessonInfo, able: float, chance: random.Random) -> Standing | None:
    drawn = chance.random()
    if drawn < 0.06:
        return None
    if drawn < 0.09:
        state = State.WAITING if drawn < 0.075 else State.QUARANTINED
        fault = "The machine ran out of memory three times." if state is State.QUARANTINED else ""
        return Standing(student=student, lesson=lesson.id, state=state, tries=1, fault=fault)
    criteria, blocked = [], False
    for number, (title, points, hard, wrong) in enumerate(_CRITERIA):
        passes = chance.random() < able ** (3 * hard)
        outcome = Outcome.SKIPPED if blocked else Outcome.PASSED if passes else Outcome.FAILED
        which = chance.randrange(len(wrong))
        partly = outcome is Outcome.FAILED and chance.random() < 0.3
        reached = float(points) if outcome is Outcome.PASSED else points / 2 if partly else 0.0
        criteria.append(
            CriterionStanding(
                id=f"c{number}",
                title=title,
                outcome=outcome,
                cause="" if outcome is Outcome.PASSED else f"cause{which}",
                headline="" if outcome is Outcome.PASSED else wrong[which].format(n=chance.randrange(40, 43)),
                points=reached,
                max_points=float(points),
                checked_points=reached,
                provisional=number == 4 and chance.random() < 0.04,
                borderline=number == 4 and chance.random() < 0.05,
                decided_by="",
            )
        )
        blocked = blocked or (number == 0 and not passes)
    raw = sum(criterion.points for criterion in criteria)
    late = chance.random() < 0.1
    final = raw * 0.9 if late else raw
    assert lesson.due is not None
    return Standing(
        student=student,
        lesson=lesson.id,
        state=State.GRADED,
        criteria=tuple(criteria),
        points=raw,
        max_points=100.0,
        raw=raw,
        final=final,
        passed=final >= 60,
        reasons=("Handed in 1 day late: 10 % less.",) if late else (),
        waiting=("The points of 'The forecast' wait for you.",) if criteria[4].provisional else (),
        tries=chance.randint(1, 4),
        file=f"{student.key}_{lesson.id}.py",
        handed=lesson.due - timedelta(hours=chance.randrange(200)),
        clock=chance.choice([Clock.STATED, Clock.STATED, Clock.STATED, Clock.MODIFIED]),
        attempt=1,
    )
