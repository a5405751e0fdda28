"""Build hook: what a student may have of the course travels in the wheel, and nothing else."""

import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Files of `rubrics/<lesson>/` that students receive; solutions, teacher checks and variants never travel.
STUDENT_FILES = ("rubric.toml", "checks.py", "data.py", "pictures.py", "questions.toml", "answers.toml")


class StudentCourse(BuildHookInterface[Any]):
    """Adds stubs and the students' part of the rubrics as shared data."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Names the files for the wheel; an editable install uses the checkout itself.

        Args:
            version: "standard" or "editable".
            build_data: what hatchling builds from; changed in place.
        """
        if version == "editable":
            return
        root = Path(self.root)
        chosen = [*root.glob("exercises/lesson*.py")]
        names = [name for name in STUDENT_FILES if name != "answers.toml" or not _is_exam(root)]
        chosen += [path for name in names for path in root.glob(f"rubrics/lesson*/{name}")]
        chosen += root.glob("rubrics/course.toml")
        shared = build_data.setdefault("shared_data", {})
        shared.update({str(path): f"share/grade/{path.relative_to(root).as_posix()}" for path in sorted(chosen)})


def _is_exam(root: Path) -> bool:
    """Whether the key to the questions stays with the teacher."""
    path = root / "rubrics" / "course.toml"
    settings = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return bool(settings.get("questions", {}).get("key") == "exam")
