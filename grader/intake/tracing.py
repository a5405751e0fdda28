"""What the path of a file tells: what its student is called, which folders are the teacher's, which the student's.

Only the outermost part of a path that can name a student does so: what lies further in is the student's own, who may
call it what they like.
"""

import unicodedata
from dataclasses import dataclass

from grader.intake.forms import Form, canvas_form, copied, moodle_form, resubmitted
from grader.intake.lessons import Lessons
from grader.intake.people import Called
from grader.intake.surroundings import Surroundings, is_archive, stem_of
from grader.standing import Clock


@dataclass(frozen=True)
class Trace:
    """What a path tells.

    Attributes:
        called: what the student is called, or None where nothing says it.
        shape: what kind of place it is, for a person.
        above: the teacher's folders around it.
        path: the student's own path; its last part is the file's name as handed in.
        how: how the student was found, for a person.
        clock: what can tell when it was handed in; UNKNOWN where times of files are those of the download.
        turn: numbers of the try, where the system gives some; later ones are larger.
        late: whether the system says that it was late.
        typed: whether it is text that was typed into the system.
        owned: whether the student has a place of their own there, not just a file.
    """

    called: Called | None
    shape: str
    above: tuple[str, ...]
    path: tuple[str, ...]
    how: str
    clock: Clock = Clock.MODIFIED
    turn: tuple[int, ...] = ()
    late: bool = False
    typed: bool = False
    owned: bool = True


def trace(parts: tuple[str, ...], around: Surroundings, lessons: Lessons) -> Trace:
    """Reads a path.

    Args:
        parts: the path of a file.
        around: the teacher's folders.
        lessons: the course's lessons.

    Returns:
        What it tells.
    """
    at = around.depth(parts)
    above, head, below = parts[:at], parts[at], parts[at + 1 :]
    if form := moodle_form(head):
        return _formed(form, "moodle", above, head, below)
    if around.by_canvas and (not below or is_archive(head)) and (form := canvas_form(head)):
        return _formed(form, "canvas", above, head, below)
    if parts[: at + 1] in around.repositories:
        return _cloned(above, head, below, around)
    _, rest = lessons.named(stem_of(copied(parts[-1])[0]))
    known = next((index for index in range(at, len(parts) - 1) if around.is_student(parts[index])), None)
    if below and (known is not None or not around.is_student(" ".join(rest))):
        return _foldered(parts, at, at if known is None else known, around)
    called = _called(" ".join(rest)) if rest else None
    return Trace(called, "one file a student", parts[:-1], parts[-1:], "file name", owned=False)


def _formed(form: Form, system: str, above: tuple[str, ...], head: str, below: tuple[str, ...]) -> Trace:
    file, count = resubmitted(form.file) if system == "canvas" else (form.file, 0)
    return Trace(
        _called(form.name, system, form.number, above),
        f"{system.capitalize()}'s bulk download",
        above,
        below or (file or head,),
        f"name given by {system.capitalize()}",
        Clock.UNKNOWN,
        turn=(count, form.serial),
        late=form.late,
        typed=form.typed,
    )


def _cloned(above: tuple[str, ...], head: str, below: tuple[str, ...], around: Surroundings) -> Trace:
    user = around.user(above, head)
    assignment = head.removesuffix(user).rstrip("-")
    called = _called(user, "github", head)
    folders = (*above, assignment) if assignment else above
    return Trace(called, "clones of repositories", folders, below, f"repository {head}", Clock.COMMIT)


def _foldered(parts: tuple[str, ...], at: int, named: int, around: Surroundings) -> Trace:
    above, head, below = parts[:named], parts[named], parts[named + 1 :]
    name = stem_of(head) if is_archive(head) else head
    called = None if moodle_form(below[0]) else _called(name)  # a download in a folder, or a student who plays one
    how = f"{'archive' if is_archive(head) else 'folder'} {head}"
    if around.by_nbgrader(parts[:at]):
        return Trace(called, "nbgrader's folders", above, below, how, Clock.STATED)
    return Trace(called, "one folder a student", above, below, how)


def _called(name: str, system: str = "", number: str = "", scope: tuple[str, ...] = ()) -> Called:
    return Called(unicodedata.normalize("NFC", name), system, number, scope)
