import os
from pathlib import Path

import pytest

from grader.writing import write_whole


def test_content_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("a long old content")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_who_reads_meanwhile_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with path.open() as reader:
        write_whole(path, b"new")
        assert reader.read() == "old"


def test_a_link_still_leads_to_the_file(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to("real")
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_what_cannot_be_written_leaves_the_old_content(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 250)  # the file's own name fits, the name of its draft does not
    folder.mkdir()
    path = folder / ("y" * 252)
    path.write_text("old")
    with pytest.raises(OSError, match="name too long"):
        write_whole(path, b"new")
    assert path.read_text() == "old"
    assert list(folder.iterdir()) == [path]
