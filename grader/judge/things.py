"""What functions of a submission return, seen from the judge: things that stay in their room, models, files."""

from pathlib import Path
from typing import Protocol

from grader.judge.clean import CleanModel, Inputs
from grader.judge.models import CleanRoom, StudentRoom
from grader.wire import messages


class Home(StudentRoom, Protocol):
    """A student room, as the things in it know it.

    Attributes:
        clean_room: where its models go.
    """

    clean_room: CleanRoom


class Carried:
    """Files that one room left, for another to read."""

    def __init__(self, folder: Path) -> None:
        """Knows where they are.

        Args:
            folder: the host's own copy.
        """
        self.folder = folder

    @property
    def path(self) -> messages.Folder:
        """The folder's path, as the next room sees it; pass it to a function."""
        return messages.Folder("carried", carried=True)

    def names(self) -> list[str]:
        """Names of the files, with folders."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


class Thing:
    """Something that stays in its room; it can be handed back to the submission's functions, no more."""

    def __init__(self, view: Home, handle: messages.Handle, function: str) -> None:
        """Knows its room.

        Args:
            view: the room.
            handle: the handle in it.
            function: the function that returned it.
        """
        self.view = view
        self.function = function
        self._handle = handle

    @property
    def type_name(self) -> str:
        """The class that it claims to be of."""
        return self._handle.type_name

    def as_handle(self) -> messages.Handle:
        """The record that stands for it on the wire."""
        return self._handle


class ModelView(Thing):
    """A Keras model in a student room."""

    def clean(self, sample: Inputs) -> CleanModel:
        """Brings the model, as it is now, to the clean room.

        Args:
            sample: an input batch, [batch, ...], of the shape that the model is asked to take; a list of several.

        Returns:
            The model in the clean room, where what it is and what it predicts can be trusted.

        Raises:
            Miss: it cannot be run on such an input, or may not be loaded.
        """
        return self.view.clean_room.take(self, sample)
