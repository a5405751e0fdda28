from collections.abc import Callable

import msgspec

from grader.export.anonymous import anonymised
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]


def test_marks_stay_and_names_go(make_class: MakeClass) -> None:
    klass = make_class([(Student(key=f"name{mark}", name="N"), float(mark)) for mark in range(12)])
    hidden = anonymised(klass)
    assert [student.key for student in hidden.students] == [f"student {number:02}" for number in range(1, 13)]
    assert sorted(standing.final or 0 for standing in hidden.standings) == list(range(12))
    assert b"name" not in b"".join(msgspec.json.encode(standing.student.key) for standing in hidden.standings)


def test_a_student_keeps_one_number_in_all_lessons(make_class: MakeClass) -> None:
    klass = make_class([(Student(key="ada"), 10.0), (Student(key="bob"), 20.0)])
    more = tuple(msgspec.structs.replace(standing, lesson="lesson07_cnn") for standing in klass.standings)
    hidden = anonymised(msgspec.structs.replace(klass, standings=(*klass.standings, *more)))
    by_mark = {(standing.final, standing.student.key) for standing in hidden.standings}
    assert len(by_mark) == 2


def test_numbers_are_dealt_anew(make_class: MakeClass) -> None:
    klass = make_class([(Student(key=f"k{mark}"), float(mark)) for mark in range(50)])
    orders = {tuple(standing.student.key for standing in anonymised(klass).standings) for _ in range(3)}
    assert len(orders) == 3  # the same order of 50 twice would take longer than the universe has


def test_what_people_wrote_goes(make_class: MakeClass) -> None:
    klass = make_class([(Student(key="ada"), 10.0)])
    told = msgspec.structs.replace(
        klass.standings[0], reasons=("Ada was ill.",), waiting=("Ada's answer",), fault="/home/ada"
    )
    (standing,) = anonymised(msgspec.structs.replace(klass, standings=(told,))).standings
    assert b"ada" not in msgspec.json.encode(standing).lower()
    assert standing.waiting
