"""What rooms may read: Python, the packages of the course, and the few files of the system that these look at.

Not a folder of packages whole: whatever else is installed beside Keras is nobody's business.
"""

import functools
import re
import sys
import sysconfig
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from grader.errors import GraderFault
from grader.wire.control import Readable

#: Packages that a submission may import, where they are installed; what they require comes along.
PACKAGES = {
    "keras": "the course",
    "tensorflow": "Keras's backend",
    "numpy": "the course",
    "h5py": "weights files",
    "ipykernel": "notebooks",
    "msgspec": "the channel",
    "pandas": "tables of toy data",
    "matplotlib": "plots, which students like to leave in their files",
    "scikit-learn": "scalers",
    "scipy": "signals",
    "statsmodels": "baselines",
    "seaborn": "plots",
    "tqdm": "progress bars",
}
#: Files and folders of the system, with what looks at them.
SYSTEM = {
    "/dev/null": "everything",
    "/dev/random": "old programs",
    "/dev/urandom": "TensorFlow's random numbers",
    "/etc/fonts": "Matplotlib",
    "/etc/ld.so.cache": "the dynamic linker",
    "/etc/localtime": "time",
    "/etc/mime.types": "mimetypes",
    "/proc/cpuinfo": "TensorFlow",
    "/proc/meminfo": "TensorFlow",
    "/proc/self": "TensorFlow, psutil",
    "/sys/devices/system/cpu": "how many cores there are",
    "/usr/share/fonts": "Matplotlib",
    "/usr/share/zoneinfo": "zoneinfo, pandas",
}
#: Parts of Python's own library that no submission needs.
_NOT_LIBRARY = {"site-packages", "dist-packages", "test", "idlelib", "ensurepip", "turtledemo", "__pycache__"}
_SHARED_LIBRARY = re.compile(r"^(lib|ld-).*\.so([.\d]*)$")
#: Folders of a Linux system in which shared libraries lie; those of one architecture lie in folders below.
_LIBRARY_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")


@functools.cache
def readable() -> Readable:
    """What rooms of this environment may read.

    Raises:
        GraderFault: a package of the course is not installed.
    """
    named: dict[str, set[str]] = {}
    for key in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_path(key))
        named.setdefault(str(folder), set()).update(set(_names(folder)) - _NOT_LIBRARY)
    for distribution in _with_requirements(PACKAGES):
        folder = Path(str(distribution.locate_file("")))
        named.setdefault(str(folder), set()).update(_entries(distribution))
    for folder in {*map(Path, _LIBRARY_FOLDERS), Path(sys.base_prefix, "lib")}:
        libraries = {name for name in _names(folder) if _SHARED_LIBRARY.match(name)}
        named.setdefault(str(folder.resolve()), set()).update(libraries)
    multiarch = sysconfig.get_config_var("MULTIARCH") or "none"
    whole = [*SYSTEM, *(f"{folder}/{multiarch}" for folder in _LIBRARY_FOLDERS[:3:2])]
    return Readable(
        [path for path in whole if Path(path).exists()],
        {folder: sorted(names) for folder, names in named.items() if names},
    )


def hold_hidden(room: Readable, hidden: Iterable[Path]) -> None:
    """Holds that nothing of a list lies where a room may read.

    Args:
        room: what the room may read.
        hidden: course, other submissions and whatever else it must not learn.

    Raises:
        GraderFault: something does.
    """
    open_to_it = {_identity(Path(path)): path for path in [*room.whole, *room.paths()]}
    for path in hidden:
        real = path.resolve()
        for folder in (real, *real.parents):
            if (opened := open_to_it.get(_identity(folder))) is not None:
                raise GraderFault(f"{path} lies in {opened}, which submissions may read; move it elsewhere")


def _identity(path: Path) -> tuple[int, int] | str:
    """What a path leads to, by whatever name it goes."""
    try:
        found = path.stat()
    except OSError:
        return str(path)
    return found.st_dev, found.st_ino


def _with_requirements(names: Iterable[str]) -> list[metadata.Distribution]:
    """The distributions of these names that are installed, and all that they require."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [(name, "") for name in names]
    while waiting:
        name, extra = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower() + extra  # the form of PEP 503
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if key in found:
            continue
        found[key] = distribution
        for line in distribution.requires or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(needed.name, wanted) for wanted in ("", *needed.extras)]
    return list(found.values())


def _entries(distribution: metadata.Distribution) -> set[str]:
    """Names of what a distribution has put into its folder of packages."""
    lines = (distribution.read_text("RECORD") or "").splitlines()  # as text: TensorFlow's has 25,000 lines
    names = {line.partition("/")[0].partition(",")[0] for line in lines} - {"..", "__pycache__", "bin", ""}
    if not names:  # installed by the system's own package manager, without a list
        named = distribution.read_text("top_level.txt") or distribution.metadata["Name"].replace("-", "_")
        names = set(named.split())
    return names


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []
