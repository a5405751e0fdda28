"""What systems of continuous integration are told, held to their own rules."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from grader.verify import github, gitlab, junit
from grader.verify.consistency import Trouble
from grader.verify.places import Places, places
from grader.verify.results import Result
from grader.verify.tally import tally

TOP = Path("/repo")
WRONG = TOP / "solutions" / "a,b:c.py"


def wrong(said: str = "right, but 50%\nfailed", name: str = "l1/reference") -> Result:
    return Result("l1", "reference", name, WRONG, (Trouble(WRONG, 7, said),), seconds=2.5)


RESULTS = [
    Result("l1", "stub", "l1/stub", TOP / "exercises/l1.py", before=True),
    wrong(),
    Result("l1", "accept", "l1/accept/x on seed 3", TOP / "x.py", fault="no \x1b[31mroom\x07"),
    Result("l2", "consistency", "l2/rejects", TOP / "r", notes=("no reject fails <b> & ￾",)),
]


def test_junit_has_a_case_for_each_result() -> None:
    root = ET.fromstring(junit.encode(RESULTS, Places(TOP)))  # noqa: S314  our own text
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in root] == [
        ("l1", "3", "1", "1"),
        ("l2", "1", "0", "0"),
    ]
    cases = {str(case.get("name")): case for case in root.iter("testcase")}
    assert list(cases) == ["l1/stub", "l1/reference", "l1/accept/x on seed 3", "l2/rejects"]
    kept = {each.get("name"): each.get("value") for each in cases["l1/stub"].iter("property")}
    assert kept == {"file": "exercises/l1.py", "proved before": "yes"}
    assert [part.tag for part in cases["l1/stub"]] == ["properties"]
    assert cases["l1/reference"].get("classname") == "l1.reference"
    assert cases["l1/reference"].get("time") == "2.5"
    failure = cases["l1/reference"].find("failure")
    assert failure is not None
    assert failure.get("message") == "right, but 50% failed"
    assert failure.text == "solutions/a,b:c.py:7: right, but 50% failed"
    error = cases["l1/accept/x on seed 3"].find("error")
    assert error is not None
    assert error.get("message") == "fault of the grader: no room"


def test_annotations_are_escaped_as_the_toolkit_does() -> None:
    assert github.annotations(RESULTS[:2], Places(TOP)) == [
        "::error file=solutions/a%2Cb%3Ac.py,line=7,title=l1/reference::right, but 50%25 failed"
    ]


@pytest.mark.parametrize(
    "count,lines,last", [(10, 10, "said 9"), (11, 10, "2 more are in the summary"), (40, 10, "31")]
)
def test_no_more_annotations_than_github_shows(count: int, lines: int, last: str) -> None:
    written = github.annotations([wrong(f"said {number}") for number in range(count)], Places(TOP))
    assert len(written) == lines
    assert last in written[-1]
    assert all(line.startswith("::error ") and "\n" not in line for line in written)


def test_the_summary_shows_text_as_it_is() -> None:
    text = github.summary([*RESULTS, wrong("![x](http://evil) | @all <img>", "l3")], Places(TOP))
    assert text.startswith("### 2 of 5 proved\n\n| | reference | stub | accept | reject | consistency |\n|---|---|")
    assert "| l1 | 0 of 2 | 1 of 1 | 0 of 1 | - | - |" in text
    assert r"\!\[x\]\(http\://evil\) \| \@all &lt;img&gt;" in text
    assert "no reject fails &lt;b&gt; &amp;" in text


def test_a_summary_stays_below_what_github_takes(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    for _ in range(3):  # of one step, which has one file
        github.add_summary(path, [wrong("ä" * 300) for _ in range(2000)], Places(TOP))
        assert path.stat().st_size <= 1024 * 1024
    text = path.read_text("utf-8")
    assert text.startswith("before\n### 0 of 2000 proved")
    assert text.endswith("GitHub takes no more than this.\n")


def test_code_quality_names_each_trouble_once() -> None:
    entries = json.loads(gitlab.encode([*RESULTS, wrong("another")], Places(TOP)))
    assert [set(entry) for entry in entries] == [
        {"description", "check_name", "fingerprint", "severity", "location"}
    ] * 3
    assert entries[0]["location"] == {"path": "solutions/a,b:c.py", "lines": {"begin": 7}}
    assert len({entry["fingerprint"] for entry in entries}) == 3
    assert {entry["severity"] for entry in entries} <= {"info", "minor", "major", "critical", "blocker"}
    assert json.loads(gitlab.encode(RESULTS[:1], Places(TOP))) == []


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_files_are_named_from_the_top_of_the_repository(tmp_path: Path, variable: str) -> None:
    assert places({variable: str(tmp_path)}).name(tmp_path / "a" / "b.py") == "a/b.py"
    assert places({variable: str(tmp_path / "c")}).name(tmp_path / "b.py") == (tmp_path / "b.py").as_posix()
    assert places({}).name(Path("b.py")) == "b.py"


def test_the_tally_counts_by_lesson_and_kind() -> None:
    assert tally(RESULTS) == {
        "l1": {"stub": (1, 1), "reference": (0, 1), "accept": (0, 1)},
        "l2": {"consistency": (1, 1)},
    }
