"""How Moodle and Canvas name what they hand out of an assignment, and what such a name tells.

Moodle (mod/assign, `downloader`): `Full Name_1234567_assignsubmission_file/lesson06.py`, with a further `_` after
`file` in older releases; where no folders were asked for, `Full Name_1234567_assignsubmission_file_lesson06.py`. In
the full name `_` is a space, and signs that some file systems lack are left out. The number is that of the
participant in this one assignment; the default team has none. Text that was typed in is `onlinetext.html`.

Canvas (`ContentZipper`): `lovelaceada_LATE_1023_5678_lesson06-1.py`: the sortable name in lower case without signs, a
mark where it was late, the numbers of user and file, and the file's name, to which Canvas adds `-1` where the student
had handed in one of this name before. Where names are hidden: `anon_Ab3xY_5678_lesson06.py`. Text that was typed in is
`lovelaceada_1023_text.html`.
"""

import re
from dataclasses import dataclass

_MOODLE = re.compile(r"([^_]+)(?:_(\d+))?_assignsubmission_([a-z]+)(?:_(.*))?", re.DOTALL)
_CANVAS = re.compile(r"(\w+?)(_late)?_(\d+)_(?:(\d+)_(.+)|(?:text|link)\.html)", re.DOTALL | re.IGNORECASE)
_CANVAS_HIDDEN = re.compile(r"(late_)?(anon_[a-z0-9]+)_(?:(\d+)_(.+)|(?:text|link)\.html)", re.DOTALL | re.IGNORECASE)
#: Canvas tells files of one name apart so; so do browsers and desktops.
_RESUBMITTED = re.compile(r"(.*)-(\d{1,2})(\.[^.]+)?", re.DOTALL)
_COPIED = re.compile(r"(.*?)(?: - copy)?(?: ?\((\d{1,3})\))?(\.[^.]+)?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """What a name tells.

    Attributes:
        name: what the student is called.
        number: the system's number of the student, or empty.
        file: the file's name as handed in; empty for a folder.
        serial: the system's number of the file, which grows with each that is handed in; 0 where there is none.
        late: whether the system says that it was late.
        typed: whether it is a text that was typed in.
    """

    name: str
    number: str = ""
    file: str = ""
    serial: int = 0
    late: bool = False
    typed: bool = False


def moodle_form(name: str) -> Form | None:
    """Reads a name as Moodle gives it to a folder, or to a file.

    Args:
        name: the name.

    Returns:
        What it tells, or None where it is no such name.
    """
    match = _MOODLE.fullmatch(name)
    if match is None:
        return None
    return Form(match[1].strip(), match[2] or "", match[4] or "", typed=match[3] == "onlinetext")


def canvas_form(name: str) -> Form | None:
    """Reads a name as Canvas gives it to a file.

    Args:
        name: the name.

    Returns:
        What it tells, or None where it is no such name.
    """
    match = _CANVAS_HIDDEN.fullmatch(name)
    if match:
        return Form(match[2], "", match[4] or "", int(match[3] or 0), bool(match[1]), typed=not match[4])
    match = _CANVAS.fullmatch(name)
    if match is None:
        return None
    return Form(match[1], match[3], match[5] or "", int(match[4] or 0), bool(match[2]), typed=not match[5])


def resubmitted(name: str) -> tuple[str, int]:
    """Takes what Canvas added to a file's name off it.

    Args:
        name: the file's name.

    Returns:
        The name as handed in, and how many of this name came before; 0 where the name does not say so.
    """
    match = _RESUBMITTED.fullmatch(name)
    return (match[1] + (match[3] or ""), int(match[2])) if match else (name, 0)


def copied(name: str) -> tuple[str, int]:
    """Takes what browsers and desktops add to the names of copies off a name: "lesson06 (1).py".

    Args:
        name: the file's name.

    Returns:
        The name without it, and the number of the copy; 0 where the name does not say so.
    """
    match = _COPIED.fullmatch(name)
    return (match[1] + (match[3] or ""), int(match[2] or 0)) if match else (name, 0)
