import json
import math
import unicodedata
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.errors import GraderFault
from grader.model import Evidence, Grade
from grader.report import json_report

_SCHEMA = Path(json_report.__file__).with_name("result.schema.json")


def _with_evidence(grade: Grade, evidence: Evidence) -> Grade:
    checked = msgspec.structs.replace(grade.rows[0].checked, evidence=(evidence,))
    row = msgspec.structs.replace(grade.rows[0], checked=checked)
    return msgspec.structs.replace(grade, rows=(row,))


def test_a_grade_survives_the_round_trip(mixed: Grade) -> None:
    assert json_report.decode(json_report.encode(mixed)) == mixed


@pytest.mark.parametrize(
    "text",
    ["\x1b[31m", "\x00", "\x7f\x9b1m", "\u202e\u2066\u200f\u061c", "\u2028", "</script>", "\\u202e", "日本 😀", '"'],
)
def test_hostile_text_survives_the_round_trip(mixed: Grade, poisoned: Callable[[Grade, str], Grade], text: str) -> None:
    grade = poisoned(mixed, text)
    assert json_report.decode(json_report.encode(grade)) == grade


def test_surrogates_are_replaced_not_fatal(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    data = json_report.encode(poisoned(mixed, "\ud800\udfff"))
    assert json_report.decode(data) == poisoned(mixed, "\ufffd\ufffd")


def test_the_file_can_be_printed_to_a_terminal(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    every_control = "".join(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x2000, 0x2070)))
    text = json_report.encode(poisoned(mixed, every_control)).decode()
    assert {c for c in text if unicodedata.category(c) == "Cc"} == {"\n"}
    assert not {c for c in text if unicodedata.bidirectional(c) in {"LRO", "RLO", "LRE", "RLE", "RLI", "LRI", "R"}}


def test_it_is_indented_utf8_in_the_order_of_the_record(mixed: Grade) -> None:
    data = json_report.encode(mixed)
    assert list(json.loads(data)) == list(Grade.__struct_fields__)
    assert data.startswith(b'{\n  "schema_version"')
    assert data.endswith(b"}\n")
    assert "°C".encode() in data


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_evidence_that_json_cannot_write_is_counted(mixed: Grade, bad: float) -> None:
    evidence = Evidence(name="RMSE", values=(1.5, bad, 2.5), labels=("a", "b", "c"))
    kept = json_report.decode(json_report.encode(_with_evidence(mixed, evidence))).rows[0].checked.evidence[0]
    assert kept.values == (1.5, 2.5)
    assert kept.labels == ("a", "c")
    assert kept.name == "RMSE (without 1 not finite)"


def test_a_mark_that_is_no_number_is_a_fault(mixed: Grade) -> None:
    with pytest.raises(GraderFault, match="not finite"):
        json_report.encode(msgspec.structs.replace(mixed, percent=math.nan))


@pytest.mark.parametrize(
    "old,new",
    [
        (b'"percent": 26.4', b'"percent": "26.4"'),
        (b'"percent": 26.4', b'"percent": null'),
        (b'"percent": 26.4', b'"percent": 26.4, "bonus": 5'),
        (b'"outcome": "passed"', b'"outcome": "excellent"'),
        (b'"schema_version": 1', b'"schema_version": 2'),
        (b'"title": "Stacked', b'"title": "\xff'),
        (b"{\n", b"{{\n"),
    ],
)
def test_what_is_no_grade_is_refused(mixed: Grade, old: bytes, new: bytes) -> None:
    data = json_report.encode(mixed)
    assert old in data
    with pytest.raises(msgspec.DecodeError):
        json_report.decode(data.replace(old, new, 1))


def test_the_kept_schema_is_current() -> None:
    assert _SCHEMA.read_bytes().replace(b"\r\n", b"\n") == json_report.schema(), (
        "the records changed; run: python -m grader.report.json_report > grader/report/result.schema.json"
    )


def test_the_schema_names_every_field_and_allows_no_other(mixed: Grade) -> None:
    definitions = json.loads(json_report.schema())["$defs"]
    written = json.loads(json_report.encode(mixed))
    for name, value in (("Grade", written), ("Scored", written["rows"][0]), ("Run", written["run"])):
        assert set(definitions[name]["properties"]) == set(value)
        assert definitions[name]["additionalProperties"] is False
