"""Classroom 50: its scores.json with our marks, written as its web page writes scores that a teacher enters.

The rules are those of foundation50/classroom50: schemas/scores-v1.schema.json, collect_scores.py, and scoreOverride.ts
of the web page, after which an entry of ours is shaped. With `override` the next collection of scores leaves it alone.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from grader.errors import UsageProblem
from grader.export.headings import assigned
from grader.export.order import Made, Order
from grader.export.told import about, standings
from grader.standing import LessonInfo, Student

_SCORES, _RESULT = "classroom50/scores/v1", "classroom50/result/v1"
#: How its web page marks scores that no autograder gave.
_MANUAL = "submit/manual-"
_LOGIN = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_PERCENT = 100


class _Entry(msgspec.Struct):
    owner: str
    submissions: list[dict[str, Any]]


class _Bucket(msgspec.Struct):
    type: str
    entries: list[_Entry]


class _Scores(msgspec.Struct):
    """What scores.json has to have; whatever else it has stays."""

    schema: str
    assignments: dict[str, _Bucket]


def make(order: Order) -> Made:
    """Sets the scores of all who have a mark.

    Raises:
        UsageProblem: the template is no scores.json, or has none of the lessons.
    """
    scores = _read(order)
    buckets: dict[str, dict[str, Any]] = scores["assignments"]
    slugs = [*buckets]
    found = assigned(order.klass.lessons, slugs, order.template.name)
    notes = [f'{lesson.id} goes to the assignment "{slugs[place]}"' for lesson, place in found.places.items()]
    if found.missing:
        notes.append(f"the template has no assignment for {', '.join(lesson.id for lesson in found.missing)}")
    for lesson, place in found.places.items():
        bucket = buckets[slugs[place]]
        if bucket["type"] == "individual":
            notes += _fill(order, lesson, bucket)
        else:
            notes.append(
                f"{lesson.id} is handed in by groups there, which have one score for all, so it was left as it was"
            )
    return Made(msgspec.json.format(msgspec.json.encode(scores)) + b"\n", notes)


def _read(order: Order) -> dict[str, Any]:
    try:
        scores = msgspec.json.decode(order.template.read_bytes())
        if msgspec.convert(scores, _Scores).schema == _SCORES:
            return dict(scores)
    except OSError as problem:
        raise UsageProblem(f"{order.template} cannot be read: {problem.strerror}") from problem
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise UsageProblem(f"{order.template.name} is no scores.json of Classroom 50 ({_SCORES})")


def _fill(order: Order, lesson: LessonInfo, bucket: dict[str, Any]) -> list[str]:
    entries = {entry["owner"].casefold(): entry for entry in bucket["entries"]}
    maximum = max((_top(entry) for entry in entries.values()), default=0) or _PERCENT
    lost, rounded = list[Student](), list[Student]()
    for standing in standings(order.klass, lesson):
        if standing.final is None:
            continue
        entry = _entry(standing.student, entries, bucket)
        if entry is None:
            lost.append(standing.student)
            continue
        exact = standing.final * maximum / _PERCENT
        score = min(int(exact + 0.5), maximum)
        rounded += [standing.student] if abs(score - exact) > 1e-9 else []  # noqa: PLR2004 more than floats are off by
        _override(entry, _record(order, bucket, entry, (score, maximum)))
    notes = about(f"{lesson.id}: there is neither an entry nor a known GitHub login for", lost)
    whole = f"{lesson.id}: Classroom 50 has whole points up to {maximum} only, so the score is not exact for"
    return notes + about(whole, rounded)


def _top(entry: dict[str, Any]) -> int:
    top = entry["submissions"][0].get("max-score") if entry["submissions"] else 0
    return top if isinstance(top, int) else 0


def _entry(student: Student, entries: dict[str, dict[str, Any]], bucket: dict[str, Any]) -> dict[str, Any] | None:
    """The entry of a student; a new one only where it is certain whose it is."""
    github = student.ids.get("github", "")
    for login in (github, student.ids.get("login", ""), student.key):
        if login.casefold() in entries:
            return entries[login.casefold()]
    if not _LOGIN.fullmatch(github):
        return None
    bucket["entries"].append({"owner": github, "submissions": []})
    return entries.setdefault(github.casefold(), bucket["entries"][-1])


def _override(entry: dict[str, Any], record: dict[str, Any]) -> None:
    """The newest comes first; what an autograder gave stays below, so that the override can be taken back there."""
    entry["override"] = True
    entry["submissions"] = [record, *(each for each in entry["submissions"] if not _is_manual(each))]


def _is_manual(record: dict[str, Any]) -> bool:
    return str(record.get("submission")).startswith(_MANUAL)


def _record(order: Order, bucket: dict[str, Any], entry: dict[str, Any], score: tuple[int, int]) -> dict[str, Any]:
    made = order.klass.made.astimezone(UTC)
    shown = max([made, *(_after(each) for each in entry["submissions"] if not _is_manual(each))])
    tag = f"{_MANUAL}{made:%Y-%m-%dT%H-%M-%SZ}"
    return {
        "schema": _RESULT,
        "classroom": _classroom(order, bucket),
        "assignment_type": bucket["type"],
        "owner": entry["owner"],
        "submission": tag,
        "commit": tag,
        "release": tag,
        "review": tag,
        "datetime": f"{shown:%Y-%m-%dT%H:%M:%SZ}",
        "score": score[0],
        "max-score": score[1],
        "tests": [],
    }


def _classroom(order: Order, bucket: dict[str, Any]) -> str:
    """The classroom's short name, which is also that of the folder that scores.json lies in."""
    told = (record.get("classroom") for entry in bucket["entries"] for record in entry["submissions"])
    return next((name for name in told if name), order.template.resolve().parent.name)


def _after(record: dict[str, Any]) -> datetime:
    """Just after a submission; when it was handed in is what the student's own clock said."""
    try:
        return datetime.fromisoformat(str(record.get("datetime"))).astimezone(UTC) + timedelta(seconds=1)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)
