import base64
import io
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader.notebook import outputs
from grader.notebook.outputs import shown
from grader.shown import CellState, OutputKind, ShownCell, ShownOutput

TEXT, ERROR, IMAGE, NOTE = OutputKind.TEXT, OutputKind.ERROR, OutputKind.IMAGE, OutputKind.NOTE


def picture(size: tuple[int, int] = (3, 2), style: str = "PNG", noise: bytes = b"") -> str:
    image = Image.frombytes("L", size, noise) if noise else Image.new("RGB", size, "teal")
    file = io.BytesIO()
    image.save(file, style)
    return base64.b64encode(file.getvalue()).decode()


PNG = picture()


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(**data: Any) -> dict[str, Any]:
    forms = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def one(*given_outputs: Any) -> list[tuple[OutputKind, str]]:
    """What is shown of a cell with these outputs."""
    cells = shown({"cells": [{"cell_type": "code", "source": "", "outputs": list(given_outputs)}]}, {})
    return [(output.kind, output.text) for output in cells[0].outputs]


def test_a_notebook_as_jupyter_writes_it() -> None:
    plain = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"id": "a", "cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "\n", "Text"]},
            {
                "id": "b",
                "cell_type": "code",
                "metadata": {},
                "execution_count": 1,
                "source": ["print(1)"],
                "outputs": [stream(["1\n"])],
            },
            {"id": "c", "cell_type": "raw", "metadata": {}, "source": "raw"},
            {"id": "d", "cell_type": "code", "metadata": {}, "execution_count": 2, "source": "1 / 0", "outputs": []},
            {"id": "e", "cell_type": "code", "metadata": {}, "execution_count": None, "source": "", "outputs": []},
        ],
    }
    assert shown(plain, {1: CellState.RAN, 2: CellState.RAISED}) == (
        ShownCell(number=None, source="# Title\n\nText", state=CellState.TEXT),
        ShownCell(number=1, source="print(1)", state=CellState.RAN, outputs=(ShownOutput(kind=TEXT, text="1"),)),
        ShownCell(number=None, source="raw", state=CellState.TEXT),
        ShownCell(number=2, source="1 / 0", state=CellState.RAISED),
        ShownCell(number=3, source="", state=CellState.NOT_RUN),
    )


def test_a_table_is_shown_as_text() -> None:
    table = display(text_html="<table><tr><td>7", text_plain=["   a\n", "0  7"])
    assert one(table) == [(TEXT, "   a\n0  7")]
    assert one({**table, "output_type": "execute_result"}) == [(TEXT, "   a\n0  7")]


def test_a_figure_is_shown_without_its_name() -> None:
    figure = display(image_png=PNG, text_plain="<Figure size 640x480 with 1 Axes>")
    assert one(figure) == [(IMAGE, PNG)]
    in_pieces = display(image_png=[PNG[:20] + "\n", PNG[20:]])
    assert one(in_pieces) == [(IMAGE, PNG)]


def test_a_traceback_is_an_error_without_colours() -> None:
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no",
        "traceback": ["\x1b[0;31m----> 1\x1b[0m f()", "ValueError: no"],
    }
    assert one(error) == [(ERROR, "----> 1 f()\nValueError: no")]
    assert one({**error, "traceback": []}) == [(ERROR, "ValueError: no")]


@pytest.mark.parametrize(
    "forms,note",
    [
        ({"text_html": "<script>alert(1)</script>"}, "HTML is not shown here."),
        ({"text_html": "<b>", "text_plain": "<IPython.core.display.HTML object>"}, "HTML is not shown here."),
        ({"image_svg+xml": "<svg/>", "text_plain": "<IPython.core.display.SVG object>"}, "An SVG picture is not shown"),
        ({"application_javascript": "alert(1)"}, "JavaScript is not shown here."),
        ({"text_latex": "$x$"}, "LaTeX is not shown here."),
        ({"application_vnd.jupyter.widget-view+json": {}, "text_plain": "IntSlider(value=0)"}, "A widget is not shown"),
        ({"image_jpeg": picture(style="JPEG")}, "A JPEG picture is not shown here."),
        ({"image_gif": picture(style="GIF")}, "A GIF picture is not shown here."),
        ({"image_png": picture(style="JPEG")}, "A picture is not shown here: it is no PNG."),
        ({"image_png": "no base64!"}, "A picture is not shown here: it is no PNG."),
        ({"image_png": PNG + "\u00e9"}, "A picture is not shown here: it is no PNG."),
        ({"image_png": 5}, "A picture is not shown here: it is no PNG."),
        ({"image_png": PNG[:40] + "AAAA" + PNG[44:]}, "A picture is not shown here: it is broken."),
    ],
)
def test_what_is_not_shown_is_said_once_a_cell(forms: dict[str, Any], note: str) -> None:
    said = one(display(**forms), display(**forms))
    assert [kind for kind, _ in said] == [NOTE]
    assert said[0][1].startswith(note)
    assert said[0][1].endswith(".")


def test_text_that_says_as_much_needs_no_note() -> None:
    assert one(display(text_latex="$x$", text_plain="x")) == [(TEXT, "x")]
    formatted = display(text_markdown="*so*", text_plain="<IPython.core.display.Markdown object>")
    assert one(formatted) == [(TEXT, "*so*")]


def test_a_progress_bar_in_many_pieces_is_its_last_state() -> None:
    bar = [stream(f"\r{percent} %|####", "stderr") for percent in range(100)]
    assert one(stream("one\n"), stream("two\n"), *bar, stream("\r100 %|####\n", "stderr"), stream("three")) == [
        (TEXT, "one\ntwo"),
        (TEXT, "100 %|####"),
        (TEXT, "three"),
    ]


def test_nothing_deceives_or_drives_a_terminal() -> None:
    nasty = "\x1b[31mred\x1b[0m\x00\x07\x9b2J \u202edne\u2066 \ud800 \x1b]0;title\x07"
    expected = "red \ufffddne\ufffd \ufffd"
    error = {"output_type": "error", "traceback": [nasty]}
    said = one(stream(nasty), display(text_plain=nasty), error)
    assert [text.strip() for _, text in said] == [expected] * 3
    assert shown({"cells": [{"cell_type": "code", "source": nasty}]}, {})[0].source.strip() == expected


def test_the_text_of_a_cell_is_cut_in_its_middle() -> None:
    long = "begin" + "x" * 50_000 + "end"
    error = {"output_type": "error", "traceback": ["short"]}
    said = one(stream(long), display(text_plain=long), error)
    assert sum(len(text) for _, text in said) <= 10_000
    for _, text in said[:2]:
        assert re.fullmatch(r"beginx{2000,}\n\[\.\.\. \d+ characters are left out here \.\.\.\]\nx{2000,}end", text)
        left_out = re.search(r"\d+", text)
        assert left_out is not None
        assert text.count("x") + int(left_out[0]) == 50_000
    assert said[2] == (ERROR, "short")  # what matters most never goes for what is long


def test_a_cell_has_at_most_20_outputs_and_keeps_its_error() -> None:
    error = {"output_type": "error", "traceback": ["it failed"]}
    said = one(*[display(text_plain=str(index)) for index in range(100)], error)
    assert said[:19] == [(TEXT, str(index)) for index in range(19)]
    assert said[19:] == [(NOTE, "More outputs of this cell are not shown."), (ERROR, "it failed")]


def test_a_notebook_has_at_most_1000_cells() -> None:
    cells = shown({"cells": [{"cell_type": "code", "source": str(index)} for index in range(1005)]}, {})
    assert [cell.source for cell in cells[:1000]] == [str(index) for index in range(1000)]
    assert [output.text for output in cells[1000].outputs] == ["5 more cells are not shown."]


def test_all_together_is_at_most_4_mb() -> None:
    large = picture((1000, 512), noise=Image.effect_noise((1000, 512), 90).tobytes())
    assert len(large) > 400_000
    cell = {
        "cell_type": "code",
        "source": "y" * 60_000,
        "outputs": [stream("x" * 20_000), display(image_png=large)],
    }
    cells = shown({"cells": [cell] * 100}, {})
    assert len(cells) == 100
    texts = [out.text for shown_cell in cells for out in shown_cell.outputs if out.kind is not NOTE]
    assert sum(map(len, texts)) + sum(len(shown_cell.source) for shown_cell in cells) <= 4_000_000
    assert cells[0].outputs[1].kind is IMAGE
    assert cells[99].outputs[-1].text == "A picture is not shown here: it is one too many."


def test_pictures_that_unpack_to_too_much_are_refused_unseen() -> None:
    huge = display(image_png=picture((3000, 3000)))  # 27 MB each when unpacked, a few kB packed
    said = one(*[huge] * 15)
    assert [kind for kind, _ in said] == [IMAGE] * 9 + [NOTE]  # 256 MiB hold nine


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["output_type", "data", "text", "name", "text/plain", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
FORMS = st.dictionaries(
    st.sampled_from(["text/plain", "text/html", "image/png", "image/svg+xml", "text/markdown"]),
    JSON | st.sampled_from([PNG, PNG[:50], [PNG]]),
)
OUTPUT = JSON | st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error", "other"]) | JSON},
    optional={"data": FORMS | JSON, "text": JSON, "name": JSON, "traceback": JSON, "ename": JSON, "evalue": JSON},
)
CELL = JSON | st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]) | JSON},
    optional={"source": JSON, "outputs": JSON | st.lists(OUTPUT, max_size=5)},
)


@given(st.fixed_dictionaries({}, optional={"cells": JSON | st.lists(CELL, max_size=5)}))
def test_whatever_a_notebook_holds_is_shown_or_left_out(notebook: dict[str, Any]) -> None:
    cells = shown(notebook, {1: CellState.RAN})
    for cell in cells:
        for text in (cell.source, *(output.text for output in cell.outputs)):
            assert not set(text) & {"\x1b", "\r", "\0", "\u202e", "\ud800"}
        assert all(base64.b64decode(output.text)[1:4] == b"PNG" for output in cell.outputs if output.kind is IMAGE)
    assert msgspec.json.decode(msgspec.json.encode(cells), type=tuple[ShownCell, ...]) == cells


@given(st.lists(st.integers(0, 50)), st.integers(0, 100))
def test_shares_are_fair(lengths: list[int], total: int) -> None:
    shares = outputs._shares(lengths, total)  # noqa: SLF001  a rule of its own, seen best alone
    assert sum(shares) <= total
    assert all(share <= length for share, length in zip(shares, lengths, strict=True))
    cut = [share for share, length in zip(shares, lengths, strict=True) if share < length]
    if cut:
        assert max(shares) - min(cut) <= 1  # nobody has more than one who was cut, but for a rounded character
        assert sum(shares) > total - len(lengths)
