"""Build hook: what a student may have of the course travels in the wheel, and nothing else."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Files of `rubrics/<lesson>/` that students receive; solutions, teacher checks and variants never travel.
STUDENT_FILES = ("rubric.toml", "checks.py", "data.py")


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
        chosen += [path for name in STUDENT_FILES for path in root.glob(f"rubrics/lesson*/{name}")]
        shared = build_data.setdefault("shared_data", {})
        shared.update({str(path): f"share/grade/{path.relative_to(root).as_posix()}" for path in sorted(chosen)})
