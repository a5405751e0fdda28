"""Names of people and of files: which of them mean the same, and which can be names of files."""

import hashlib
import re
import unicodedata

from grader.text import folded, one_line

_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?")
#: No file on Windows may be called so, whatever its ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MOST = 60
_MARK = "~"


def safe_name(key: str) -> str:
    """Makes a name for files of a student's key.

    Args:
        key: any text.

    Returns:
        A name that every file system takes, which tells who it is. Different keys have different names, also where
        upper and lower case are the same: what has to be left out is stood in for by a digest of the key.
    """
    if len(key) <= _MOST and _PLAIN.fullmatch(key) and not _DEVICES.fullmatch(key):
        return key
    letters = "".join(c for c in unicodedata.normalize("NFKD", key).lower() if not unicodedata.combining(c))
    readable = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_MOST].rstrip("-")
    return f"{readable}{_MARK}{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def shown(text: str) -> str:
    """A name as it may be shown: in one Unicode form, on one line, without what deceives."""
    return one_line(unicodedata.normalize("NFC", text), limit=1000)


def compact(text: str) -> str:
    """Only the letters, marks and digits of a text, folded: Moodle and Canvas leave out some of the rest."""
    return "".join(c for c in folded(text) if c.isalnum() or unicodedata.category(c).startswith("M"))


def unmarked(text: str) -> str:
    """A compact text without accents, for "Jose" is often meant to be "José"."""
    return "".join(c for c in unicodedata.normalize("NFKD", compact(text)) if not unicodedata.combining(c))


def orders(name: str) -> set[str]:
    """A full name, compact, with any number of its first words put last: "ada lovelace", "lovelace, ada"."""
    words = re.split(r"[\s,]+", folded(name))
    return {compact("".join(words[at:] + words[:at])) for at in range(len(words))} - {""}
