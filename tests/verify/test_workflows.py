"""The workflows that courses copy: well-formed, and every `grade` in them is a command that there is."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from grader.cli.teachers import verify

TOP = Path(__file__).parents[2]
yaml = pytest.importorskip("yaml", reason="it comes with pre-commit")


def github() -> Any:
    return yaml.safe_load((TOP / ".github/workflows/course.yml").read_text("utf-8"))


def gitlab() -> Any:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", (TOP / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return yaml.safe_load(text)


def verified(lines: list[str]) -> dict[str, Any]:
    """The options of the one `grade verify` among some commands, as the command itself reads them."""
    (words,) = [words for words in map(shlex.split, lines) if words[:2] == ["grade", "verify"]]
    return verify.make_context("verify", words[2:]).params


def test_github_proves_the_course_and_keeps_the_report() -> None:
    workflow = github()
    triggers = workflow[True]  # `on` is a truth value of YAML 1.1
    assert set(triggers) == {"push", "pull_request", "workflow_dispatch"}
    assert triggers["push"]["paths"] == triggers["pull_request"]["paths"]
    assert {"exercises/**", "rubrics/**", "solutions/**"} <= set(triggers["push"]["paths"])
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert job["timeout-minutes"] <= 360  # GitHub ends a job then
    options = verified([step["run"] for step in job["steps"] if "run" in step])
    upload = job["steps"][-1]
    assert upload["if"] == "always()"
    assert upload["with"]["path"].split() == [str(options["junit"]), "rubrics/proofs.json"]


def test_gitlab_proves_the_course_and_reads_both_reports() -> None:
    (job,) = gitlab().values()
    options = verified(job["script"])
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"] == {
        "junit": str(options["junit"]),
        "codequality": str(options["code_quality"]),
    }
