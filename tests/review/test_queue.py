import hashlib
from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace

from grader.answers.questions import Quiz
from grader.policy.records import Attempted, Decision, Filed, Override, Subject, Verdict
from grader.policy.rules import Policy
from grader.review.queue import Queue, anonymous, queue

Tried = Callable[..., Attempted]
File = Callable[..., Filed]
Read = Callable[[Attempted], str | None]


@pytest.fixture(scope="session")
def read(files: dict[str, bytes]) -> Read:
    by_digest = {hashlib.sha256(data).hexdigest(): data.decode() for data in files.values()}
    return lambda attempt: by_digest.get(attempt.digest)


@pytest.fixture
def asked(tried: Tried, filed: File, read: Read) -> Queue:
    files = [filed("cleo", tried("cleo")), filed("ben", tried("ben", provisional=True)), filed("ada", tried("ada"))]
    return queue([*files, filed("dan")], Policy(), read)


def test_all_answers_to_a_question_stand_together(asked: Queue) -> None:
    assert [(each.item, each.student.key) for each in asked.waiting] == [
        ("levels", "ada"),
        ("stacking", "ada"),
        ("stacking", "ben"),
        ("builds", "ben"),
    ]


def test_an_answer_comes_with_its_question_its_text_and_what_was_found(asked: Queue) -> None:
    levels, _, dont_know, _ = asked.waiting
    assert levels.subject is Subject.PROSE
    assert levels.ask == "Why are small patterns inside larger ones hard for a single LSTM layer?"
    assert levels.answer == "Words [red]lie[/red] on letters."
    assert levels.told is not None
    assert (len(levels.told.found), len(levels.told.missing), levels.suggested) == (1, 1, 0.5)
    assert dont_know.answer == "I do not know."
    assert dont_know.told is not None
    assert dont_know.told.suspicion is not None
    assert (dont_know.attempt, dont_know.file) == (2, "ben.py")


def test_provisional_points_come_with_the_reason_and_the_file(asked: Queue) -> None:
    builds = asked.waiting[3]
    assert (builds.subject, builds.ask) == (Subject.PROVISIONAL, "It builds")
    assert (builds.points, builds.max_points, builds.suggested) == (5, 5, 5)
    assert "rest on what the submission says" in builds.note
    assert builds.text.startswith("import keras\n")


def test_what_was_left_unanswered_stands_apart(asked: Queue) -> None:
    blank = [(each.student.key, each.item) for each in asked.blank]
    assert blank.count(("cleo", "levels")) == blank.count(("ben", "levels")) == 1
    assert len(blank) == 15 - 3  # three students, five questions, three answers


def test_what_is_decided_waits_no_more(tried: Tried, filed: File, read: Read, now: datetime) -> None:
    attempt = tried("ada", provisional=True)
    decided = tuple(
        Decision(digest=attempt.digest, subject=subject, item=item, verdict=Verdict.ACCEPT, who="Ms Li", at=now)
        for subject, item in ((Subject.PROSE, "levels"), (Subject.PROVISIONAL, "builds"))
    )
    left = queue([filed("ada", attempt, decisions=decided)], Policy(), read)
    assert [each.item for each in left.waiting] == ["stacking"]
    whole = Override(points=15, who="Ms Li", at=now)
    assert queue([filed("ada", attempt, overrides=(whole,))], Policy(), read) == Queue((), ())


def test_only_the_try_that_counts_waits(tried: Tried, filed: File, read: Read) -> None:
    old, new = tried("ada"), replace(tried("ben"), order=1)
    assert [each.student.key for each in queue([filed("ada", new, old)], Policy(), read).waiting] == ["ada"]
    assert queue([filed("ada", new, old)], Policy(), read).waiting[0].answer == "I do not know."
    failed = replace(new, criteria=(), fault="no room started")
    assert queue([filed("ada", old, failed)], Policy(), read) == Queue((), ())


def test_an_answer_that_is_not_here_is_told(tried: Tried, filed: File) -> None:
    gone = queue([filed("ada", tried("ada"))], Policy(), lambda _: None).waiting[0]
    assert (gone.answer, gone.text) == (None, "")
    assert gone.note == "The file is not here, so the answer cannot be shown."


def test_in_an_exam_the_key_suggests_marks_to_the_teacher(
    tried: Tried, filed: File, read: Read, quiz: Quiz, asked: Queue
) -> None:
    exam = [filed("ada", tried("ada", exam=True))]
    assert [each.suggested for each in queue(exam, Policy(), read).waiting] == [None, None]
    keyed = queue(exam, Policy(), read, {"lesson06_stacked": quiz}).waiting
    assert [each.told for each in keyed] == [each.told for each in asked.waiting[:2]]


def test_hidden_names_are_in_no_part_of_the_queue_but_the_answers(asked: Queue, files: dict[str, bytes]) -> None:
    students = {each.student.key: each.student for each in (*asked.waiting, *asked.blank)}
    names = {"ben": "student 1", "cleo": "student 2", "ada": "student 3"}
    assert students.keys() == names.keys()
    hidden = anonymous(asked.waiting, names)
    assert sorted(each.item for each in hidden) == sorted(each.item for each in asked.waiting)
    for each in hidden:
        assert str(each.student) == names[each.student.key]
        assert (each.student.email, each.file) == ("", "")
    stacking = [each.student.key for each in hidden if each.item == "stacking"]
    assert stacking == ["ben", "ada"]
    assert {each.digest for each in hidden} <= {hashlib.sha256(data).hexdigest() for data in files.values()}
