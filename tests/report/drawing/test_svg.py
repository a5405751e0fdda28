"""Pictures as SVG: nothing but shapes and texts, and the same bytes each time."""

from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from grader.model import Grade
from grader.pictured import Bar, Bars, Lines, Panel, Picture, Role, Series, Text
from grader.report.drawing.svg import draw, warm_up

_SVG = "{http://www.w3.org/2000/svg}"


def drawn(mixed: Grade) -> list[Picture]:
    return [picture for picture in mixed.pictures if not isinstance(picture, Text)]


def parsed(picture: Picture) -> ET.Element:
    return ET.fromstring(  # noqa: S314  we wrote it
        str(draw(picture, "name")).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    )


def texts(picture: Picture) -> str:
    return "\n".join(text.text or "" for text in parsed(picture).iter(f"{_SVG}text"))


def test_there_is_nothing_but_shapes_and_texts(mixed: Grade) -> None:
    assert len(drawn(mixed)) >= 4
    allowed = {"viewBox", "role", "aria-labelledby", "class", "d", "transform", "x", "y", "fill", "stroke"}
    allowed |= {"stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "fill-opacity"}
    allowed |= {"stroke-opacity", "font-size", "font-weight", "text-anchor"}
    for picture in drawn(mixed):
        root = parsed(picture)
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == "name"
        assert {each.tag.removeprefix(_SVG) for each in root.iter()} == {"svg", "path", "text"}
        assert {name for each in root.iter() for name in each.attrib} <= allowed
        assert not any("#" in value for each in root.iter() for value in each.attrib.values())  # no colour of its own


def test_every_shape_and_text_has_a_colour_of_the_page(mixed: Grade) -> None:
    for picture in drawn(mixed):
        for each in parsed(picture).iter():
            if each.tag != f"{_SVG}svg":
                assert "fill-" in each.get("class", "") or "stroke-" in each.get("class", ""), each.attrib


def test_the_same_picture_gives_the_same_bytes(mixed: Grade) -> None:
    for picture in drawn(mixed):
        assert draw(picture, "name") == draw(picture, "name")


def test_a_file_in_the_current_folder_changes_nothing(mixed: Grade) -> None:
    import matplotlib as mpl  # noqa: PLC0415  so that other tests do not wait for it

    before = [draw(picture, "name") for picture in drawn(mixed)]
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "text.usetex": True, "axes.facecolor": "red"}):
        assert [draw(picture, "name") for picture in drawn(mixed)] == before


@pytest.mark.parametrize("text", ["<b>&amp;", "$x^2$", "$", "日本", "a\nb", "\\frac{"])
def test_texts_stay_texts(text: str) -> None:
    bars = (Bar(name=text, role=Role.OWN, value=1.0),)
    picture = Bars(title="t", note="n", words="w", x_label="x", bars=bars, is_lower_better=True)
    assert " ".join(text.split()) in texts(picture)


def test_bars_tell_their_values_and_the_threshold() -> None:
    bars = (Bar(name="yours", role=Role.OWN, value=0.25, runs=(0.2, 0.3)), Bar(name="mean", role=Role.OTHER, value=400))
    picture = Bars(title="t", note="n", words="w", x_label="x", bars=bars, threshold=0.5, is_lower_better=True)
    told = texts(picture)
    for text in ("yours", "0.25", "mean", "400 (cut)", "threshold 0.5, ← better"):
        assert text in told
    assert "400 (cut)" not in texts(replace(picture, threshold=80.0))


def test_gaps_are_left_open() -> None:
    def path_count(y: tuple[float | None, ...]) -> int:
        series = (Series(name="s", role=Role.TRUTH, x=(1.0, 2.0, 3.0, 4.0, 5.0), y=y),)
        panels = (Panel(series=series),)
        picture = Lines(title="t", note="n", words="w", x_label="x", y_label="y", panels=panels)
        return sum(each.get("d", "").count("M") for each in parsed(picture).iter(f"{_SVG}path"))

    assert path_count((1.0, 2.0, None, 2.0, 1.0)) == path_count((1.0, 2.0, 1.5, 2.0, 1.0)) + 1


def test_a_text_is_not_drawn(mixed: Grade) -> None:
    text = next(picture for picture in mixed.pictures if isinstance(picture, Text))
    with pytest.raises(TypeError, match="Text is not drawn"):
        draw(text, "name")


def test_warming_up_ends() -> None:
    thread = warm_up()
    thread.join()
    assert not thread.is_alive()
