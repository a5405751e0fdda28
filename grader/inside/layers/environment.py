"""Builds the environment from nothing: nothing of the user's own is in it."""

import os
import tempfile

#: Variables of a room; {temporary} and {work} stand for its folders.
VARIABLES = {
    "CUDA_VISIBLE_DEVICES": "-1",  # marks come from the CPU
    "HOME": "{work}",
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": "{temporary}",  # Keras writes its settings there
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",  # there is no screen
    "MPLCONFIGDIR": "{temporary}",  # Matplotlib writes its font cache there
    "PATH": "/nonexistent",  # no program may be started
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TMPDIR": "{temporary}",
    "USER": "student",  # getpass.getuser() asks the list of users otherwise, which is not there
}


def build(work: str) -> None:
    """Sets the variables.

    Args:
        work: the room's work folder.
    """
    temporary = temporary_folder(work)
    os.environ.clear()
    os.environ.update({name: text.format(work=work, temporary=temporary) for name, text in VARIABLES.items()})
    tempfile.tempdir = temporary
    os.umask(0o077)


def temporary_folder(work: str) -> str:
    """Where temporary files go."""
    return os.path.join(work, "tmp")  # noqa: PTH118  as text: it goes into the environment


def enter(work: str) -> None:
    """Makes the folders, goes there."""
    os.makedirs(temporary_folder(work), exist_ok=True)  # noqa: PTH103  as above
    os.chdir(work)
