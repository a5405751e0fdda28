"""The machine-readable report: `Grade` as JSON, and the schema that it obeys.

Run as a module, this prints the schema:
`python -m grader.report.json_report > grader/report/result.schema.json`
"""

import inspect
import math
import re
import sys
from typing import Any

import msgspec

from grader.errors import GraderFault
from grader.model import SCHEMA_VERSION, Evidence, Grade, Scored

_SURROGATES = re.compile("[\ud800-\udfff]")
#: JSON allows these as they are, but they would reach the terminal of whoever prints the file.
_UNESCAPED_CONTROLS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def encode(grade: Grade) -> bytes:
    r"""Encodes a grade; `decode` gives it back.

    JSON has neither lone surrogates nor infinite numbers. The former become U+FFFD; the latter can occur
    only among evidence, where they are left out and counted in the evidence's name.

    Args:
        grade: the grade.

    Returns:
        Indented UTF-8, the fields in the order of the records; control characters and marks that turn the
        writing direction stand there as `\uXXXX`.

    Raises:
        GraderFault: points or times are not finite.
    """
    rows = tuple(_finite(row) for row in grade.rows)
    plain = _encodable(msgspec.to_builtins(msgspec.structs.replace(grade, rows=rows)))
    text = msgspec.json.format(msgspec.json.encode(plain), indent=2).decode()
    # Outside its strings JSON is ASCII, so each of these stands in a string, where an escape means the same.
    return (_UNESCAPED_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n").encode()


def decode(data: bytes) -> Grade:
    """Decodes a grade and holds it to the schema.

    Args:
        data: JSON as `encode` writes it.

    Returns:
        The grade.

    Raises:
        msgspec.DecodeError: this is not JSON, does not obey the schema, or has another schema version.
    """
    try:
        grade = msgspec.json.decode(data, type=Grade)
    except UnicodeDecodeError as problem:
        raise msgspec.DecodeError(f"the report is not UTF-8: {problem}") from problem
    if grade.schema_version != SCHEMA_VERSION:
        raise msgspec.ValidationError(f"the report has schema version {grade.schema_version}, not {SCHEMA_VERSION}")
    return grade


def schema() -> bytes:
    """Builds the JSON Schema of a report; the same bytes under every Python version."""
    plain = _dedented(msgspec.json.schema(Grade))
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def _finite(row: Scored) -> Scored:
    evidence = tuple(_without_infinite(item) for item in row.checked.evidence)
    return msgspec.structs.replace(row, checked=msgspec.structs.replace(row.checked, evidence=evidence))


def _without_infinite(evidence: Evidence) -> Evidence:
    keep = [index for index, value in enumerate(evidence.values) if math.isfinite(value)]
    dropped = len(evidence.values) - len(keep)
    if not dropped:
        return evidence
    return msgspec.structs.replace(
        evidence,
        name=f"{evidence.name} (without {dropped} not finite)",
        values=tuple(evidence.values[index] for index in keep),
        labels=tuple(evidence.labels[index] for index in keep if index < len(evidence.labels)),
    )


def _encodable(value: Any) -> Any:
    """Replaces what msgspec would refuse (surrogates), and refuses what it would turn into null."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise GraderFault("a number in the result is not finite")
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


def _dedented(value: Any) -> Any:
    """Takes the indentation out of all descriptions; Python 3.13 does so itself, older ones do not."""
    if isinstance(value, dict):
        return {
            key: inspect.cleandoc(item) if key == "description" and isinstance(item, str) else _dedented(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_dedented(item) for item in value]
    return value


if __name__ == "__main__":
    sys.stdout.buffer.write(schema())
