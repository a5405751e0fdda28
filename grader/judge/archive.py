"""Checks a `.keras` archive as data, before Keras sees it.

The policy is the data at the top: which members, which classes, which sizes. What is refused is told in a
sentence that a student who did it by accident understands.
"""

import io
import json
import zipfile
import zlib
from typing import Any

#: The members of an archive that Keras 3 writes; `assets/` (vocabulary files) is not needed in this course.
MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
#: Sizes in bytes: the archive unpacked, and its config.
MAX_BYTES, MAX_CONFIG_BYTES = 256 << 20, 4 << 20
#: Where classes may come from.
MODULES = (
    "keras",
    "keras.activations",
    "keras.constraints",
    "keras.initializers",
    "keras.layers",
    "keras.models",
    "keras.ops",
    "keras.optimizers",
    "keras.regularizers",
    "keras.src.models.functional",
    "builtins",
)
#: Keras's own operations, as functional models record them: flip, slicing, arithmetic.
OPERATIONS = "keras.src.ops."
#: Where Keras notes the dtype policies of its layers.
DTYPES = ("keras", "keras.dtype_policies")
#: Classes that run code of any kind, read files, or wrap other frameworks.
REFUSED = {
    "FlaxLayer": "layers of other frameworks",
    "HashedCrossing": "preprocessing layers with tables",
    "Hashing": "preprocessing layers with tables",
    "IntegerLookup": "preprocessing layers with tables",
    "JaxLayer": "layers of other frameworks",
    "Lambda": "a Lambda layer, which runs code of any kind",
    "StringLookup": "preprocessing layers with tables",
    "TFSMLayer": "layers of other frameworks",
    "TextVectorization": "preprocessing layers with tables",
    "TorchModuleWrapper": "layers of other frameworks",
    "__lambda__": "a Python lambda",
}
#: A number larger than this in a config is no size of this course; `units=10**12` would only fill memory.
MAX_NUMBER = 1_000_000
#: How members may be packed; what else zipfile can unpack may ask for gigabytes of memory.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_DEPTH = 64
#: Zipfile keeps a record of each member that an archive lists; far above three, and hardly ever found in weights.
_MAX_LISTED = 1_000
_PIECE = 1 << 20
_MAX_DIGITS = 20
#: Keys whose numbers are no sizes: seeds, and addresses by which Keras marks shared objects.
_NO_SIZES = ("seed", "shared_object_id")


class RefusedArchive(Exception):
    """The archive is not loaded; the text says why."""


def check_archive(data: bytes) -> None:
    """Checks an archive.

    Args:
        data: the bytes of a `.keras` file.

    Raises:
        RefusedArchive: it holds anything that the course does not need.
    """
    config = _json(_read_config(data))
    if not isinstance(config, dict):
        raise RefusedArchive("its configuration is no model")
    _walk(config, 0)


def _read_config(data: bytes) -> bytes:
    if data.count(b"PK\x01\x02") > _MAX_LISTED:
        raise RefusedArchive("it lists far too many members")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = sorted(member.filename for member in members)
            if names != sorted(MEMBERS):
                raise RefusedArchive("it is no model archive with exactly " + ", ".join(MEMBERS))
            if sum(member.file_size for member in members) > MAX_BYTES:
                raise RefusedArchive(f"the model has more than {MAX_BYTES >> 20} MB")
            if any(member.compress_type not in METHODS for member in members):
                raise RefusedArchive("it is packed in a way that Keras never uses")
            for member in members:
                limit = MAX_BYTES if member.filename.endswith(".h5") else MAX_CONFIG_BYTES
                content = _read(archive, member, limit)
                if member.filename == "config.json":
                    config = content
    except (
        zipfile.BadZipFile,
        zlib.error,
        ArithmeticError,
        EOFError,
        OSError,
        RuntimeError,
        ValueError,
    ) as problem:
        raise RefusedArchive("it is no readable model archive") from problem
    return config


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Unpacks one member piece by piece, whatever its header claims, and returns it if it is the config."""
    config, size = bytearray(), 0
    with archive.open(member) as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise RefusedArchive(f"its {member.filename} has more than {limit >> 20} MB")
            if member.filename == "config.json":
                config += piece
    return bytes(config)


def _json(content: bytes) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise RefusedArchive("its configuration names things twice")
        return found

    try:
        return json.loads(content, object_pairs_hook=unique, parse_int=_number)
    except (ValueError, RecursionError) as problem:
        raise RefusedArchive("its configuration cannot be read") from problem


def _number(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise RefusedArchive(f"it has a size of more than {MAX_NUMBER:,}")
    return int(text)


def _walk(node: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise RefusedArchive("its layers are nested too deeply")
    if isinstance(node, bool):
        return
    if isinstance(node, int) and abs(node) > MAX_NUMBER:
        raise RefusedArchive(f"it has a size of more than {MAX_NUMBER:,}")
    if isinstance(node, list):
        for part in node:
            _walk(part, depth + 1)
    elif isinstance(node, dict):
        if "class_name" in node:
            _check_class(node)
        for key, part in node.items():
            if key not in _NO_SIZES or not isinstance(part, int):
                _walk(part, depth + 1)


def _check_class(node: dict[str, Any]) -> None:
    name, module = node["class_name"], node.get("module")
    # Keras looks up "keras" + "." + "layers.Lambda", too, so a name must be a single word.
    if not isinstance(name, str) or not name.isidentifier() or not isinstance(module, str | None):
        raise RefusedArchive("its configuration is malformed")
    if node.get("registered_name") not in (None, name):  # Keras looks there first
        raise RefusedArchive("it contains a class that is registered under another name")
    if name in REFUSED:
        raise RefusedArchive(f"it contains {REFUSED[name]}")
    if name in {"__tensor__", "__numpy__", "__keras_tensor__", "__tuple__", "__ellipsis__", "__slice__"}:
        return  # plain data, written by Keras's serialization
    if name == "function" and module != "builtins":  # Keras finds functions of "builtins" among its own names only
        raise RefusedArchive("it contains a Python function")
    is_class = name[0].isupper() or name == "function"  # Keras would give its functions by their names, too
    if not is_class or (module not in MODULES and module not in DTYPES and not (module or "").startswith(OPERATIONS)):
        raise RefusedArchive(f"it contains the class {name[:60]}, which is not Keras's own")
