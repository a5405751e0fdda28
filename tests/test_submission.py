import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageProblem
from grader.model import Place
from grader.submission import MAX_BYTES, Submission, parse_submission, read_submission


def _parsed(data: bytes) -> Submission:
    return parse_submission("mine.py", data)


def _cause(data: bytes) -> str | None:
    unreadable = _parsed(data).unreadable
    return unreadable.cause if unreadable else None


def test_a_good_file_is_text_and_nothing_else() -> None:
    data = "import keras\n\n\ndef build():\n    return 'é'\n".encode()
    submission = _parsed(data)
    assert submission == Submission("mine.py", hashlib.sha256(data).hexdigest(), data.decode())


@pytest.mark.parametrize(
    "data,text",
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = '\xc3\xa9'\n", "# coding: utf-8\nx = 'é'\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", "x = '€'\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        (b"x = 1\ry = 2", "x = 1\ny = 2"),
        (b"x = 1\n# coding: hex\n# coding: rot13\n", "x = 1\n# coding: hex\n# coding: rot13\n"),
    ],
)
def test_text_is_decoded_as_python_does(data: bytes, text: str) -> None:
    submission = _parsed(data)
    assert submission.unreadable is None
    assert submission.text.endswith(text)


@pytest.mark.parametrize(
    "data,told",
    [
        (b"x = '\xe9'\n", "encoding declaration"),
        (b"a = 1\nb = 2\nc = '\xfc'\n", "utf-8"),
        (b"\xff\xfex\0 \0", "encoding declaration"),
        ("x = 1\n".encode("utf-16"), "encoding declaration"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "utf-8"),
        (b"# coding: klingon\nx = 1\n", "klingon"),
        (b"# coding: undefined\nx = 1\n", "undefined"),
        (b"# coding: rot13\nx = 1\n", "rot13"),
        (b"# coding: hex\n00\n", "hex"),
        (b"# coding: zlib\nx = 1\n", "zlib"),
        (b"# coding: ascii\nx = '\xe9'\n", "ascii"),
        (b"# coding: utf-16\nx = 1\n", ""),
        (b"# coding: punycode\nx = 1\n\xe9", ""),
        (b"# coding: idna\nx = 1\n\xe9", ""),
    ],
)
def test_what_is_not_in_its_encoding_is_told(data: bytes, told: str) -> None:
    unreadable = _parsed(data).unreadable
    assert unreadable is not None
    assert unreadable.cause == "wrong-encoding"
    assert told in str(unreadable.fields["error"])
    assert _parsed(data).text == ""


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \t\r\n\x0c", b"\xef\xbb\xbf", b"# only\n# comments"])
def test_a_file_without_a_statement_is_empty(data: bytes) -> None:
    assert _cause(data) == "empty-file"


def test_a_docstring_alone_is_a_statement() -> None:
    assert _cause(b'"""Nothing yet."""\n') is None


@pytest.mark.parametrize(
    "data,line,column,text",
    [
        (b"x = 1\ny = (\n", 2, 5, "y = ("),
        (b"def f()\n    pass\n", 1, 8, "def f()"),
        (b"x = 1\nfor i in x:\n    y = = 2\n", 3, 9, "    y = = 2"),
        (b"x = 1\r\ny = = 2\r\n", 2, 5, "y = = 2"),
        ("x = 'é'; y = = 2\n".encode(), 1, 14, "x = 'é'; y = = 2"),
        (b"# page\x0cbreak\ny = = 2\n", 2, 5, "y = = 2"),
        ("a = '\u2028'\ny = = 2\n".encode(), 2, 5, "y = = 2"),
        (b"\xef\xbb\xbfy = = 2", 1, 5, "y = = 2"),
        (b"if 1:\n    x = 1\n  y = 2\n", 3, 8, "  y = 2"),
    ],
)
def test_a_syntax_error_has_its_line_and_a_caret_below(data: bytes, line: int, column: int, text: str) -> None:
    unreadable = _parsed(data).unreadable
    assert unreadable is not None
    assert unreadable.cause == "syntax-error"
    assert unreadable.place == Place(line=line, text=text.strip())
    told, shown, caret = unreadable.details.split("\n")
    assert told == f"line {line}"
    assert shown == text
    assert caret.index("^") == column - 1
    assert caret[column:].strip() == unreadable.fields["error"]


def test_a_syntax_error_in_a_long_line_stays_short() -> None:
    unreadable = _parsed(b"x = " + b"1" * 5000 + b" = = 2").unreadable
    assert unreadable is not None
    assert unreadable.place is not None
    assert len(unreadable.place.text) == 200
    assert len(unreadable.details) <= 2000


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\0\n",
        b"\0" * 100,
        b"(" * 100_000,
        b"[" * 300 + b"]" * 300,
        b"-" * 500_000 + b"1",
        b"x = " + b"not " * 200_000 + b"1",
        b"x = " + b"1+" * 400_000 + b"1",
        b"x = a" + b".b" * 400_000,
        b"".join(b" " * depth + b"if 1:\n" for depth in range(200)),
        b"if 1: pass\n" + b"elif 1: pass\n" * 50_000,
    ],
)
def test_what_python_cannot_parse_is_a_syntax_error_with_a_reason(data: bytes) -> None:
    unreadable = _parsed(data).unreadable
    assert unreadable is not None
    assert unreadable.cause == "syntax-error"
    assert str(unreadable.fields["error"]).strip()


@pytest.mark.filterwarnings("error")
def test_what_python_finds_odd_is_no_error_and_is_not_told() -> None:
    assert _cause(b"a = '\\d'\nb = 1 is 1\nassert (a, b)\n") is None


def test_a_megabyte_is_read_and_more_is_not() -> None:
    most = b"x = 1\n" + b"#" * (2**20 - 6)
    assert _cause(most) is None
    submission = _parsed(most + b"#")
    assert submission.text == ""
    assert submission.unreadable is not None
    assert submission.unreadable.cause == "too-large"
    assert submission.unreadable.fields == {"megabytes": "1.0", "limit": "1"}
    told = parse_submission("mine.py", most, 2_500_000).unreadable
    assert told is not None
    assert told.fields["megabytes"] == "2.5"


_CAUSES = {None, "empty-file", "wrong-encoding", "syntax-error"}


@settings(max_examples=250, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from("()[]{}:\\'\"#=, \n\tabfirx01@é\x00\x0c\u2028"), max_size=60).map(str.encode)
    | st.tuples(
        st.sampled_from(
            "utf-8 latin-1 utf-7 utf-16 utf-32-be idna punycode undefined unicode_escape raw_unicode_escape mbcs rot13 "
            "base64 charmap utf_8_sig hz iso2022_kr gb18030 big5hkscs cp437 palmos oem ... a.b".split()
        ),
        st.binary(max_size=40),
    ).map(lambda pair: b"# coding: %s\n%s" % (pair[0].encode(), pair[1]))
)
def test_any_bytes_are_read_or_explained(data: bytes) -> None:
    submission = _parsed(data)
    assert submission.digest == hashlib.sha256(data).hexdigest()
    if submission.unreadable is None:
        compile(submission.text, "mine.py", "exec", dont_inherit=True, flags=0x400)  # only to a tree
    else:
        assert submission.unreadable.cause in _CAUSES
        if submission.unreadable.place is not None:
            assert 1 <= submission.unreadable.place.line <= submission.text.count("\n") + 2


# Reading from disk.


def test_a_file_is_read_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(b"x = 1\r\n")
    assert read_submission(path) == parse_submission("mine.py", b"x = 1\r\n")


def test_a_huge_file_is_told_with_its_size_but_not_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)  # takes no room on disk
    submission = read_submission(path)
    assert submission.unreadable is not None
    assert submission.unreadable.fields["megabytes"] == "50000.0"


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to("real.py")
    assert read_submission(tmp_path / "link.py").text == "x = 1\n"


def test_what_is_no_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop.py").symlink_to("loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    for name, told in [
        ("missing.py", "there is no file"),
        ("folder.py", "is a folder"),
        ("loop.py", "cannot be read"),
        ("pipe.py", "is no file that can be graded"),
        ("loop.py/x.py", "cannot be read"),
        ("null\0.py", "cannot be read"),
        ("x" * 300 + ".py", "cannot be read"),
    ]:
        with pytest.raises(UsageProblem, match=told) as caught:
            read_submission(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device files here")
def test_a_device_is_refused() -> None:
    with pytest.raises(UsageProblem, match="is no file"):
        read_submission(Path("/dev/zero"))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("x = 1\n")
    path.chmod(0)
    with pytest.raises(UsageProblem, match="cannot be read: Permission denied"):
        read_submission(path)


def test_half_characters_are_a_wrong_encoding() -> None:
    submission = parse_submission("a.py", b"# coding: raw_unicode_escape\nx = '\\ud800'\n")
    assert submission.unreadable is not None
    assert submission.unreadable.cause == "wrong-encoding"


# Notebooks.


def _notebook(*sources: str) -> bytes:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


@pytest.mark.parametrize("name", ["mine.ipynb", "MINE.IPYNB"])
def test_the_text_of_a_notebook_is_its_program(name: str) -> None:
    data = _notebook("x = 1", "!ls\ny = 2")
    submission = parse_submission(name, data)
    assert submission.unreadable is None
    assert submission.digest == hashlib.sha256(data).hexdigest()
    assert submission.text == "x = 1\npass\ny = 2\n"
    assert submission.program is not None
    assert submission.program.text == submission.text
    assert submission.notebook is not None
    assert [cell.source for cell in submission.notebook.code] == ["x = 1", "!ls\ny = 2"]


def test_a_notebook_larger_than_a_program_may_be_is_read_from_disk(tmp_path: Path) -> None:
    data = _notebook("x = 1").replace(b'"outputs": []', b'"outputs": [{"text": "%s"}]' % (b"a" * MAX_BYTES))
    (tmp_path / "Mine.IPYNB").write_bytes(data)
    submission = read_submission(tmp_path / "Mine.IPYNB")
    assert submission == parse_submission("Mine.IPYNB", data)
    assert submission.text == "x = 1\n"


def test_only_where_no_cell_can_be_run_is_a_broken_cell_the_end() -> None:
    assert parse_submission("a.ipynb", _notebook("x = = 1", "y = 2")).unreadable is None
    for rest in ("%pwd", "", "# nothing"):
        submission = parse_submission("a.ipynb", _notebook(rest, "y = 2\nx = = 1", "z = = 1"))
        assert submission.unreadable is not None
        assert submission.unreadable.cause == "syntax-error"
        assert submission.unreadable.place == Place(line=2, cell=2, text="x = = 1")


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n "])
@pytest.mark.parametrize("output", [b"", b"a" * 2 * MAX_BYTES])
def test_a_notebook_called_py_is_told_so(start: bytes, output: bytes) -> None:
    assert _cause(start + _notebook("x = 1") + output) == "program-is-notebook"


def test_a_dict_is_no_notebook() -> None:
    assert _cause(b'{"cell": 1}') is None
    assert _cause(b'cells = {"cells": 1}') is None
