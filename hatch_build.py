"""Build hook: what a student may have of the course travels in the wheel, and nothing else."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StudentCourse(BuildHookInterface[Any]):
    """Adds stubs and the students' part of the rubrics as shared data."""

    _folder: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Writes the files for the wheel; an editable install uses the checkout itself.

        Args:
            version: "standard" or "editable".
            build_data: what hatchling builds from; changed in place.
        """
        if version == "editable":
            return
        sys.path.insert(0, self.root)  # an isolated build knows no package of ours
        from grader.kit.public import course_files  # noqa: PLC0415  as above

        self._folder = TemporaryDirectory()
        shared = build_data.setdefault("shared_data", {})
        for name, content in sorted(course_files(Path(self.root)).items()):
            path = Path(self._folder.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            shared[str(path)] = f"share/grade/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes these files; all of them are in the wheel now."""
        del version, build_data, artifact_path
        if self._folder is not None:
            self._folder.cleanup()
