from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.model import Visibility
from grader.rubric import Limits, Rubric, Threshold, load_rubric

_HEAD = """\
schema = 1
title = "Stacked LSTMs"
theme = "models"
functions = ["build", "train"]
"""
_WORDS = 'why = "w"\nhints = ["a", "b", "c"]\n'
_BUILDS = '[[criteria]]\nid = "builds"\npoints = 10\n' + _WORDS
_TRAINS = '[[criteria]]\nid = "trains"\npoints = 2.5\nneeds = ["builds"]\n' + _WORDS
_CHECKS = '''\
raise SystemExit("a rubric is read without running its checks")


def test_builds(room):
    """The model can be built.

    And more, which is no title.
    """


def test_trains(room):
    """The model learns."""
'''


def _load(folder: Path, rubric: str | bytes = _HEAD + _BUILDS + _TRAINS, **files: str) -> Rubric:
    lesson = folder / "lesson06_stacked"
    lesson.mkdir()
    (lesson / "rubric.toml").write_bytes(rubric if isinstance(rubric, bytes) else rubric.encode())
    for name, text in ({"checks": _CHECKS} | files).items():
        (lesson / f"{name}.py").write_text(text, "utf-8")
    return load_rubric(lesson)


def test_a_rubric_is_read_with_the_titles_of_its_checks(tmp_path: Path) -> None:
    rubric = _load(tmp_path)
    assert (rubric.title, rubric.theme, rubric.functions) == ("Stacked LSTMs", "models", ("build", "train"))
    assert [(each.id, each.title, each.points, each.needs) for each in rubric.criteria] == [
        ("builds", "The model can be built.", 10, ()),
        ("trains", "The model learns.", 2.5, ("builds",)),
    ]
    assert rubric.criterion("trains") is rubric.criteria[1]
    assert rubric.limits == Limits(cpu_seconds=60, import_seconds=20, memory_mb=3072, reply_mb=128)
    with pytest.raises(KeyError):
        rubric.criterion("test_trains")


def test_checks_for_teachers_give_titles_too(tmp_path: Path) -> None:
    hidden = '[[criteria]]\nid = "fresh"\npoints = 5\nvisibility = "teacher"\n' + _WORDS
    rubric = _load(tmp_path, _HEAD + _BUILDS + hidden, teacher_checks='def test_fresh():\n    """On other data."""\n')
    assert rubric.criterion("fresh").title == "On other data."
    assert rubric.criterion("fresh").visibility is Visibility.TEACHER


def test_a_title_in_the_rubric_goes_first_and_needs_no_check(tmp_path: Path) -> None:
    own = _HEAD + _BUILDS + 'title = "It stands."\n' + _TRAINS.replace("trains", "other") + 'title = "Another."\n'
    assert [each.title for each in _load(tmp_path, own).criteria] == ["It stands.", "Another."]


def test_limits_causes_and_thresholds_are_read(tmp_path: Path) -> None:
    text = _HEAD + "[limits]\ncpu_seconds = 5.5\nmemory_mb = 512\n" + _BUILDS
    text += (
        '[criteria.threshold]\nmetric = "RMSE"\nvalue = 0.1\nbetter = "lower"\nmean = 0.07\nworst = 0.08\nseeds = 20\n'
    )
    text += 'measured = "2025"\nbaselines = {persistence = 0.2}\n'
    text += '[causes.not-stacked]\nheadline = "{function} stacks nothing"\nerror = "^ValueError"\n'
    rubric = _load(tmp_path, text)
    assert (rubric.limits.cpu_seconds, rubric.limits.memory_mb, rubric.limits.import_seconds) == (5.5, 512, 20)
    assert rubric.causes["not-stacked"].error == "^ValueError"
    threshold = rubric.criteria[0].threshold
    assert threshold is not None
    assert threshold.baselines == {"persistence": 0.2}
    assert threshold.repeats == 3


_TWICE = _HEAD + _BUILDS + _TRAINS + _BUILDS
_LATER = _HEAD + _TRAINS + _BUILDS
_ITSELF = _HEAD + _BUILDS + 'needs = ["builds"]\n'
_UNKNOWN = _HEAD + _BUILDS + 'needs = ["loads"]\n'
_UNCHECKED = _HEAD + _BUILDS + _TRAINS.replace("trains", "flows")


@pytest.mark.parametrize(
    "rubric,told",
    [
        (_TWICE, "criterion builds of lesson06_stacked stands there twice"),
        (_LATER, "criterion trains of lesson06_stacked needs builds"),
        (_ITSELF, "criterion builds of lesson06_stacked needs builds"),
        (_UNKNOWN, "criterion builds of lesson06_stacked needs loads"),
        (_UNCHECKED, "criterion flows of lesson06_stacked has neither a check nor a title"),
    ],
)
def test_a_contradiction_names_the_criterion(tmp_path: Path, rubric: str, told: str) -> None:
    with pytest.raises(GraderFault, match=told):
        _load(tmp_path, rubric)


@pytest.mark.parametrize("check", ["def test_builds():\n    pass\n", "def builds():\n    '''Title.'''\n", "x = 1\n"])
def test_a_check_without_a_docstring_gives_no_title(tmp_path: Path, check: str) -> None:
    with pytest.raises(GraderFault, match="criterion builds"):
        _load(tmp_path, _HEAD + _BUILDS, checks=check)


@pytest.mark.parametrize(
    "rubric",
    [
        b"",
        b"\xff\xfe",
        b"schema = 1\nschema = 1\n",
        "schema = \n",
        _HEAD,
        _HEAD + "criteria = []\n",
        _BUILDS,
        (_HEAD + _BUILDS).replace("schema = 1", "schema = 2"),
        (_HEAD + _BUILDS).replace("schema = 1", 'schema = "1"'),
        _HEAD + 'author = "me"\n' + _BUILDS,
        _HEAD + _BUILDS + "weight = 3\n",
        _HEAD + _BUILDS + 'room = "torch"\n',
        _HEAD + _BUILDS + 'visibility = "nobody"\n',
        _HEAD + _BUILDS + "cpu_seconds = 0\n",
        _HEAD + "[limits]\nmemory_mb = 511\n" + _BUILDS,
        _HEAD + "[limits]\nminutes = 1\n" + _BUILDS,
        _HEAD + _BUILDS + "[causes.Not_A_Code]\nheadline = 'x'\n",
        _HEAD + _BUILDS + "[causes.code]\nhint = 'x'\n",
        (_HEAD + _BUILDS).replace("points = 10", "points = -1"),
        (_HEAD + _BUILDS).replace("points = 10", 'points = "10"'),
        (_HEAD + _BUILDS).replace('"builds"', '"Builds"'),
        (_HEAD + _BUILDS).replace('"builds"', '"../builds"'),
        (_HEAD + _BUILDS).replace('why = "w"\n', ""),
        (_HEAD + _BUILDS).replace('["a", "b", "c"]', '["a", "b"]'),
        (_HEAD + _BUILDS).replace('["a", "b", "c"]', '["a", "b", "c", "d"]'),
    ],
)
def test_what_is_no_rubric_is_a_fault_of_ours(tmp_path: Path, rubric: str | bytes) -> None:
    with pytest.raises(GraderFault, match="of lesson06_stacked cannot be used"):
        _load(tmp_path, rubric)


def test_the_message_says_where_the_mistake_is(tmp_path: Path) -> None:
    with pytest.raises(GraderFault, match=r"weight.*criteria\[0\]"):
        _load(tmp_path, _HEAD + _BUILDS + "weight = 3\n")


@pytest.mark.parametrize("text", ["def test_builds(:\n", "x = '\0'"])
def test_checks_that_cannot_be_read_are_a_fault_of_ours(tmp_path: Path, text: str) -> None:
    with pytest.raises(GraderFault, match="of lesson06_stacked cannot be read"):
        _load(tmp_path, checks=text)


def test_a_missing_rubric_is_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(GraderFault, match="cannot be used"):
        load_rubric(tmp_path / "lesson99_none")


def _threshold(value: float, better: str, near: float = 0.15) -> Threshold:
    return Threshold(
        metric="m", value=value, better=better, near=near, mean=0, worst=0, seeds=1, baselines={}, measured=""
    )


@pytest.mark.parametrize(
    "better,skill,reached",
    [
        ("lower", 0.9, True),
        ("lower", 1.0, True),
        ("lower", 1.1, False),
        ("higher", 0.9, False),
        ("higher", 1.0, True),
        ("higher", 1.1, True),
        ("lower", float("nan"), False),
        ("higher", float("nan"), False),
        ("lower", float("inf"), False),
        ("higher", float("inf"), True),
    ],
)
def test_a_threshold_is_reached_from_its_better_side(better: str, skill: float, reached: bool) -> None:
    assert _threshold(1.0, better).reached(skill) is reached


@pytest.mark.parametrize(
    "value,skill,near",
    [
        (2.0, 2.25, True),
        (2.0, 1.75, True),
        (2.0, 2.5, False),
        (-2.0, -2.25, True),
        (-2.0, -2.5, False),
        (0.0, 0.0, True),
    ],
)
def test_near_is_a_share_of_the_threshold(value: float, skill: float, near: bool) -> None:
    assert _threshold(value, "higher", near=0.125).is_near(skill) is near
    assert not _threshold(value, "higher").is_near(float("nan"))
