"""JUnit XML, which Jenkins, GitLab and other systems show: a test suite for each student and lesson."""

import io
from datetime import UTC

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from grader.export.criteria import met, why_not
from grader.export.figures import written
from grader.export.order import Made, Order
from grader.export.told import standings
from grader.model import Outcome
from grader.standing import CriterionStanding, LessonInfo, Standing, State
from grader.text import one_line

_UNCHECKED = {Outcome.SKIPPED, Outcome.WITHHELD}
#: Characters that XML has no way to write.
_NO_XML = str.maketrans("", "", "\ufffe\uffff")


def make(order: Order) -> Made:
    """Writes all suites into one file."""
    report = JUnitXml(plain(order.klass.title))
    for lesson in order.klass.lessons:
        for standing in standings(order.klass, lesson):
            report.append(_suite(lesson, standing))
    report.update_statistics()
    file = io.BytesIO()
    report.write(file)
    return Made(file.getvalue(), [])


def _suite(lesson: LessonInfo, standing: Standing) -> TestSuite:
    suite = TestSuite(plain(f"{lesson.id}: {standing.student}"))
    if standing.handed:
        suite.timestamp = standing.handed.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    if standing.final is not None:
        suite.add_property("percent", written(standing.final))
        suite.add_property("passed", "yes" if standing.passed else "no")
    place = plain(f"{lesson.id}.{standing.student.key}")
    cases = [_case(place, criterion.title, _result(criterion)) for criterion in standing.criteria]
    if standing.state is not State.GRADED:
        cases.append(_case(place, "Handed in and graded", _ungraded(standing)))
    suite.add_testcases(cases)
    return suite


def _case(place: str, name: str, result: FinalResult | None) -> TestCase:
    case = TestCase(plain(name), place)
    if result:
        case.result = result
    return case


def _result(criterion: CriterionStanding) -> FinalResult | None:
    if met(criterion):
        return None
    message, cause = plain(why_not(criterion)), plain(criterion.cause) or criterion.outcome.value
    if criterion.outcome is Outcome.FAULT:
        return Error(message, cause)
    return Skipped(message, cause) if criterion.outcome in _UNCHECKED else Failure(message, cause)


def _ungraded(standing: Standing) -> FinalResult:
    if standing.state is State.QUARANTINED:
        fault = f": {standing.fault}" if standing.fault else ""
        return Error(plain(f"the grader failed on it, so no mark is known{fault}"), standing.state.value)
    return Skipped(
        "nothing was handed in" if standing.state is State.MISSING else "not graded yet", standing.state.value
    )


def plain(text: str) -> str:
    """Text on one line that XML can hold."""
    return one_line(text).translate(_NO_XML)
