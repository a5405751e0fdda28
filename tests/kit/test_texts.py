"""Every text in a file is found, however it is packed."""

import base64
import io
import json
import zipfile

import pytest

from grader.kit.texts import texts

HIDDEN = "the double of a number\nis that number twice, as everybody knows"


def _zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", content)
    return packed.getvalue()


def _base64(content: bytes) -> bytes:
    return base64.b64encode(content)


PACKED = {
    "as it is": HIDDEN.encode(),
    "a string of JSON": json.dumps({"a": [1, {"b": HIDDEN}]}).encode(),
    "a key of JSON": json.dumps({HIDDEN: 1}).encode(),
    "the lines of a cell": json.dumps({"source": HIDDEN.splitlines(keepends=True)}).encode(),
    "a string of TOML": b'a = "' + HIDDEN.replace("\n", "\\n").encode() + b'"\n',
    "a string of Python": f"x = 1\ny = {HIDDEN!a}\n".encode(),
    "bytes of Python": f"x = 1\ny = {HIDDEN.encode()!r}\n".encode(),
    "strings side by side": b"x = ('the double of a number\\n'\n 'is that number twice, as everybody knows')\n",
    "base64": b"x = " + _base64(HIDDEN.encode()),
    "base64 in lines": base64.encodebytes(HIDDEN.encode() * 3),
    "base64 for addresses": base64.urlsafe_b64encode(b"\xfb\xff\xfe" + HIDDEN.encode()),
    "a zip": _zip(HIDDEN.encode()),
    "a zip in base64 in JSON in a zip": _zip(json.dumps([_base64(_zip(HIDDEN.encode())).decode()]).encode()),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_a_text_is_found(content: bytes) -> None:
    assert any(HIDDEN in text for _, text in texts(content))


def test_the_line_is_told() -> None:
    content = f'{{\n "a": 1,\n "b": {json.dumps(HIDDEN)}}}\n'.encode()
    assert [line for line, text in texts(content) if text == HIDDEN][:1] == [3]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"(" * 100_000 + b"\n", b"PK\x05\x06" + b"\0" * 18]
)
def test_nothing_breaks_it(content: bytes) -> None:
    assert sum(1 for _ in texts(content)) < 10
