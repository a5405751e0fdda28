"""The results of a run as JUnit XML: a suite for each lesson, a test case for each case and seed."""

import io
from collections.abc import Sequence
from itertools import groupby

from junitparser import Error, Failure, JUnitXml, Properties, Property, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from grader.export.junit import plain
from grader.verify.places import Places
from grader.verify.results import Result


def encode(results: Sequence[Result], places: Places) -> bytes:
    """Writes all results into one file.

    Args:
        results: the results of a run.
        places: names files for its reader.
    """
    report = JUnitXml("grade verify")
    for lesson, group in groupby(sorted(results, key=lambda each: each.lesson), key=lambda each: each.lesson):
        suite = TestSuite(plain(lesson))
        suite.add_testcases([_case(result, places) for result in group])
        report.append(suite)
    report.update_statistics()
    file = io.BytesIO()
    report.write(file)
    return file.getvalue()


def _case(result: Result, places: Places) -> TestCase:
    case = TestCase(plain(result.name), plain(f"{result.lesson}.{result.kind}"), result.seconds)
    properties = Properties()
    properties.add_property(Property("file", plain(places.name(result.path))))
    if result.before:
        properties.add_property(Property("proved before", "yes"))
    for note in result.notes:
        properties.add_property(Property("note", plain(note)))
    case.append(properties)
    wrong = _wrong(result, places)
    if wrong:
        case.result = wrong
    return case


def _wrong(result: Result, places: Places) -> FinalResult | None:
    if result.is_proved:
        return None
    said = [plain(f"{places.name(path)}:{line}: {text}") for path, line, text in result.said()]
    first = plain(result.said()[0][2])
    wrong = Error(first, "fault") if result.fault else Failure(first, "not proved")
    wrong.text = "\n".join(said)
    return wrong
