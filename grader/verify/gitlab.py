"""What is wrong as a code quality report of GitLab, which shows it beside the lines of a merge request.

The format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
from collections.abc import Sequence

import msgspec

from grader.verify.places import Places
from grader.verify.results import Result


def encode(results: Sequence[Result], places: Places) -> bytes:
    """Writes the report; where everything is proved it is an empty list.

    Args:
        results: the results of a run.
        places: names files from the top of the repository.
    """
    found = [_entry(result, places.name(path), line, text) for result in results for path, line, text in result.said()]
    return msgspec.json.format(msgspec.json.encode(found)) + b"\n"


def _entry(result: Result, path: str, line: int, text: str) -> dict[str, object]:
    mark = hashlib.sha256(repr((result.name, path, text)).encode()).hexdigest()
    return {
        "description": f"{result.name}: {text}",
        "check_name": f"grade-verify/{result.kind}",
        "fingerprint": mark,
        "severity": "critical" if result.fault else "major",
        "location": {"path": path, "lines": {"begin": line}},
    }
