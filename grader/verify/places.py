"""Names files as systems of continuous integration want them: from the top of the repository."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Where GitHub Actions and GitLab CI say that they have checked out the repository.
_TOPS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


@dataclass(frozen=True)
class Places:
    """Names files from one folder on.

    Attributes:
        top: the folder.
    """

    top: Path

    def name(self, path: Path) -> str:
        """The name of a file, with forward slashes; one that lies elsewhere keeps its full name."""
        path, top = path.resolve(), self.top.resolve()
        return path.relative_to(top).as_posix() if path.is_relative_to(top) else path.as_posix()


def places(environment: Mapping[str, str] = os.environ) -> Places:
    """The top of the repository where a system says it, else the current folder."""
    return Places(Path(next((environment[name] for name in _TOPS if environment.get(name)), ".")))
