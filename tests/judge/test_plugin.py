"""A run of checks: the rubric's order, one outcome a criterion, and nothing told that is to stay hidden."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import Course
from grader.errors import GraderFault
from grader.judge.context import Context, Follow
from grader.judge.run import run_checks
from grader.judge.source import Source
from grader.model import MAX_EVIDENCE_VALUES, Checked, Outcome
from grader.pictured import Picture
from grader.rooms.house import House, Starter
from grader.rubric import Criterion, load_rubric
from grader.seeds import Secret, Streams, public_secret
from grader.submission import parse_submission

pytestmark = pytest.mark.rooms

CRITERION = '[[criteria]]\nid = "{id}"\npoints = 1\nneeds = {needs}\nwhy = "w"\nhints = ["a", "b", "c"]\n'
SECRET = Secret(b"0123456789abcdef", "secret 0123")


def run(
    folder: Path,
    rooms: Starter,
    needs: dict[str, list[str]],
    checks: str,
    secret: Secret | None = None,
    follow: Follow | None = None,
) -> dict[str, Checked]:
    """Runs checks for criteria, given as what each needs."""
    return run_with_pictures(folder, rooms, needs, checks, secret, follow=follow)[0]


def run_with_pictures(
    folder: Path,
    rooms: Starter,
    needs: dict[str, list[str]],
    checks: str,
    secret: Secret | None,
    drawn: str = "",
    follow: Follow | None = None,
) -> tuple[dict[str, Checked], list[Picture]]:
    """Runs checks, and `drawn` as the lesson's pictures.py."""
    rubric = folder / "rubrics" / "lesson01_tiny"
    rubric.mkdir(parents=True)
    head = 'schema = 1\ntitle = "T"\ntheme = "t"\nfunctions = ["f"]\n'
    (rubric / "rubric.toml").write_text(head + "".join(CRITERION.format(id=name, needs=n) for name, n in needs.items()))
    (rubric / "checks.py").write_text("import pytest\nfrom grader.judge import Miss\n" + checks)
    (rubric / "data.py").write_text("N = 3\n")
    if drawn:
        (rubric / "pictures.py").write_text(drawn)
    submission = parse_submission("lesson.py", b"def f():\n    print('printed')\n")
    with House(rooms, memory_mb=3072) as house:
        context = Context(
            house=house,
            submission=submission,
            source=Source(submission.text),
            rubric=load_rubric(rubric),
            streams=Streams(secret or public_secret(), "lesson01_tiny"),
            follow=follow,
        )
        return run_checks(Course(folder).lesson("1"), context), context.pictures


def outcomes(checked: dict[str, Checked]) -> dict[str, Outcome]:
    return {name: one.outcome for name, one in checked.items()}


def headline(checked: Checked) -> str:
    assert checked.finding is not None
    return checked.finding.headline


def test_checks_run_in_the_rubrics_order(tmp_path: Path, rooms: Starter) -> None:
    checks = (
        "order = []\n"
        "def test_last():\n    '''Last'''\n    assert order == ['first'], str(order)\n"
        "def test_first():\n    '''First'''\n    order.append('first')\n"
    )
    checked = run(tmp_path, rooms, {"first": [], "last": []}, checks)
    assert list(checked) == ["first", "last"]
    assert set(outcomes(checked).values()) == {Outcome.PASSED}
    assert [one.credit for one in checked.values()] == [1, 1]


def test_what_needs_a_failed_one_is_skipped_and_says_so(tmp_path: Path, rooms: Starter) -> None:
    checks = (
        "def test_a():\n    '''The first thing'''\n    assert 1 > 2, 'one is not more than two'\n"
        "def test_b():\n    '''B'''\n    raise RuntimeError('it ran')\n"
        "def test_c():\n    '''C'''\n    raise RuntimeError('it ran')\n"
        "def test_d():\n    '''D'''\n"
    )
    checked = run(tmp_path, rooms, {"a": [], "b": ["a"], "c": ["b"], "d": []}, checks)
    assert outcomes(checked) == {
        "a": Outcome.FAILED,
        "b": Outcome.SKIPPED,
        "c": Outcome.SKIPPED,
        "d": Outcome.PASSED,
    }
    assert headline(checked["a"]) == "One is not more than two"
    assert headline(checked["b"]) == "needs: The first thing"


def test_a_fixture_that_misses_fails_everyone_who_uses_it(tmp_path: Path, rooms: Starter) -> None:
    checks = (
        "made = []\n"
        "@pytest.fixture(scope='module')\ndef thing():\n    made.append(1)\n"
        "    raise Miss('returned-none', function='f', credit=0.25)\n"
        "def test_a(thing):\n    '''A'''\n"
        "def test_b():\n    '''B'''\n"
        "def test_c(thing):\n    '''C'''\n"
        "def test_d():\n    '''D'''\n    assert made == [1], 'made more than once'\n"
    )
    checked = run(tmp_path, rooms, {"a": [], "b": [], "c": [], "d": []}, checks)
    assert [outcome is Outcome.PASSED for outcome in outcomes(checked).values()] == [False, True, False, True]
    assert headline(checked["a"]) == headline(checked["c"]) == "`f` returns nothing (None)."
    assert checked["c"].credit == 0.25


def test_a_failure_while_tidying_up_is_a_fault(tmp_path: Path, rooms: Starter) -> None:
    checks = "@pytest.fixture\ndef thing():\n    yield\n    1 / 0\ndef test_a(thing):\n    '''A'''\n"
    with pytest.raises(GraderFault, match="ZeroDivisionError"):
        run(tmp_path, rooms, {"a": []}, checks)


def test_evidence_is_capped_and_belongs_to_its_criterion(tmp_path: Path, rooms: Starter) -> None:
    checks = (
        "def test_a(record):\n    '''A'''\n    record.measured('many', *range(5000))\n"
        "def test_b(record, data):\n    '''B'''\n    record.measured('few', data.N)\n"
    )
    checked = run(tmp_path, rooms, {"a": [], "b": []}, checks)
    assert [len(one.evidence) for one in checked.values()] == [1, 1]
    assert checked["a"].evidence[0].values == tuple(float(n) for n in range(MAX_EVIDENCE_VALUES))
    assert checked["b"].evidence[0].values == (3.0,)


@pytest.mark.parametrize("secret, output", [(public_secret(), "printed\n"), (SECRET, "")], ids=["public", "secret"])
def test_output_is_withheld_where_data_are_secret(tmp_path: Path, rooms: Starter, secret: Secret, output: str) -> None:
    checks = "def test_a(submission):\n    '''A'''\n    submission.f()\n"
    assert run(tmp_path, rooms, {"a": []}, checks, replace(secret))["a"].output == output


def test_who_follows_is_told_when_a_check_begins_and_how_it_ended(tmp_path: Path, rooms: Starter) -> None:
    told: list[tuple[str, Outcome | None]] = []

    def follow(criterion: Criterion, checked: Checked | None) -> None:
        told.append((criterion.title, checked.outcome if checked else None))

    checks = (
        "def test_a():\n    '''A'''\n    assert 1 > 2, 'no'\ndef test_b():\n    '''B'''\ndef test_c():\n    '''C'''\n"
    )
    run(tmp_path, rooms, {"a": [], "b": ["a"], "c": []}, checks, follow=follow)
    assert told == [
        ("A", None),
        ("A", Outcome.FAILED),
        ("B", None),
        ("B", Outcome.SKIPPED),
        ("C", None),
        ("C", Outcome.PASSED),
    ]


def test_who_follows_and_fails_changes_nothing(tmp_path: Path, rooms: Starter) -> None:
    calls = []

    def follow(*told: object) -> None:
        calls.append(told)
        raise RuntimeError("the terminal is gone")

    checked = run(tmp_path, rooms, {"a": []}, "def test_a():\n    '''A'''\n", follow=follow)
    assert outcomes(checked) == {"a": Outcome.PASSED}
    assert len(calls) == 2


CALLS = "def test_a(submission):\n    '''A'''\n    submission.f()\ndef test_b(submission):\n    '''B'''\n"
DRAWN = """
from grader.judge.picturing import series
from grader.pictured import Lines, Panel, Role

SEES = ("f",)

def lines(title, y):
    panels = (Panel(series=(series("s", Role.OWN, y),)),)
    return Lines(title=title, note="n", words="w", x_label="x", y_label="y", panels=panels)

def picture_a(seen, streams, data):
    yield lines(f"{len(list(seen.calls('f')))} call", [data.N])
"""


@pytest.mark.parametrize("secret, titles", [(None, ["1 call"]), (SECRET, [])], ids=["public", "secret"])
def test_pictures_show_what_was_seen_and_nothing_secret(
    tmp_path: Path, rooms: Starter, secret: Secret | None, titles: list[str]
) -> None:
    checked, pictures = run_with_pictures(tmp_path, rooms, {"a": [], "b": []}, CALLS, secret, DRAWN)
    assert set(outcomes(checked).values()) == {Outcome.PASSED}
    assert [(picture.title, picture.criterion) for picture in pictures] == [(title, "a") for title in titles]


@pytest.mark.parametrize(
    "more",
    ["1 / 0", "def picture_a(*_):\n    yield 1 / 0", "def picture_a(*_):\n    yield lines('t' * 999, [1])", "def ("],
    ids=["load", "draw", "too long", "syntax"],
)
def test_a_picture_that_fails_costs_nothing(tmp_path: Path, rooms: Starter, more: str) -> None:
    drawn = f"{DRAWN}\n{more}\ndef picture_b(*_):\n    yield lines('fine', [1])\n"
    checked, pictures = run_with_pictures(tmp_path, rooms, {"a": [], "b": []}, CALLS, None, drawn)
    assert set(outcomes(checked).values()) == {Outcome.PASSED}
    assert all(picture.title == "fine" for picture in pictures)
