"""Turns what Matplotlib draws into SVG that a page of ours can hold: few elements, no styles, links, ids or scripts."""

import io
import logging
import re
import threading
import warnings
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markupsafe import Markup

from grader.pictured import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
#: Properties of Matplotlib's styles that are attributes of SVG, too, and which of their values say nothing.
_KEPT = {
    "stroke-width": "1",
    "stroke-dasharray": "none",
    "stroke-linecap": "",
    "stroke-linejoin": "",
    "opacity": "1",
    "fill-opacity": "1",
    "stroke-opacity": "1",
    "font-size": "",
    "font-weight": "400",
    "text-anchor": "start",
}


def warm_up() -> threading.Thread:
    """Imports Matplotlib in the background: half a second that a grading waits for a room anyway."""
    thread = threading.Thread(target=_import, daemon=True)
    thread.start()
    return thread


def _import() -> None:
    hush()
    from grader.report.drawing import figures  # noqa: F401, PLC0415  it takes long, so only where pictures are drawn


def draw(picture: Picture, label: str) -> Markup:
    """Draws a picture.

    Args:
        picture: what is to be seen; not a text, which needs no drawing.
        label: id of the element that says what it is.

    Returns:
        An `<svg>` element; the same picture always gives the same text.
    """

    def make() -> "Figure":
        from grader.report.drawing.figures import figure_of  # noqa: PLC0415  it takes long, so only where it is drawn

        return figure_of(picture)

    return drawn(make, label)


def drawn(make: "Callable[[], Figure]", label: str) -> Markup:
    """Draws a figure, in the colours of `grader.report.drawing.style`.

    Args:
        make: makes it.
        label: id of the element that says what it is.

    Returns:
        An `<svg>` element; the same figure always gives the same text.
    """
    hush()
    import matplotlib as mpl  # noqa: PLC0415  as above

    file = io.StringIO()
    with mpl.rc_context(), warnings.catch_warnings(action="ignore"):  # of letters that no font of ours has
        mpl.rcdefaults()  # whatever a file in the current folder asks for
        mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "grade", "text.parse_math": False})
        make().savefig(file, format="svg", metadata={"Date": None}, transparent=True)
    return _plain(file.getvalue(), label)


def hush() -> None:
    """Keeps Matplotlib from saying, already while it is imported, where it finds its fonts and keeps its cache."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def _plain(source: str, label: str) -> Markup:
    root = ET.fromstring(source)  # noqa: S314  Matplotlib wrote it
    shapes = {f"#{path.get('id')}": path.get("d", "") for path in root.iter(f"{_SVG}path") if path.get("id")}
    parts = Markup("").join(_element(each, shapes) for each in _drawn(root))
    box = _rounded(root.get("viewBox", ""))
    start = Markup('<svg viewBox="{}" role="img" aria-labelledby="{}">').format(box, label)
    return start + parts + Markup("</svg>")


def _drawn(root: ET.Element) -> list[ET.Element]:
    """The elements that are seen, in order; Matplotlib's groups hold no properties of their own."""
    found = []
    for child in root:
        kind = child.tag.removeprefix(_SVG)
        if kind == "g":
            found += _drawn(child)
        elif kind in ("path", "text", "use"):
            found.append(child)
    return found


def _element(element: ET.Element, shapes: dict[str, str]) -> Markup:
    attributes = _attributes(element.get("style", ""))
    if not attributes["class"]:  # it has no colour, so it is not seen
        return Markup("")
    if element.tag == f"{_SVG}text":
        attributes |= {name: _rounded(element.get(name, "")) for name in ("x", "y")}
        return Markup("<text{}>{}</text>").format(_written(attributes), "".join(element.itertext()))
    if element.tag == f"{_SVG}use":
        attributes["transform"] = _rounded(f"translate({element.get('x')} {element.get('y')})")
        attributes["d"] = _rounded(shapes.get(element.get(_LINK, ""), ""))
    else:
        attributes["d"] = _rounded(element.get("d", ""))
    return Markup("<path{}/>").format(_written(attributes))


def _attributes(style: str) -> dict[str, str]:
    """A style as attributes, its colours as classes."""
    from grader.report.drawing.style import COLOURS  # noqa: PLC0415  as above

    names = {colour: name for name, colour in COLOURS.items()}
    found: dict[str, str] = {}
    classes = []
    given = dict(part.split(":", 1) for part in style.split(";") if ":" in part)
    for key, text in given.items():
        name, value = key.strip(), text.strip()
        if name in ("fill", "stroke"):
            if value in names:
                classes.append(f"{name}-{names[value]}")
            elif value == "none":
                found[name] = value
        elif name == "font":
            found |= _font(value)
        elif name in _KEPT and value != _KEPT[name]:
            found[name] = _rounded(value)
    return {"class": " ".join(classes)} | found


def _font(value: str) -> dict[str, str]:
    """Size and weight of a font; which one it is, the page decides."""
    size = re.search(r"([\d.]+)px", value)
    weight = {"font-weight": "700"} if re.search(r"\b(bold|700)\b", value) else {}
    return weight | ({"font-size": size[1]} if size else {})


def _written(attributes: dict[str, str]) -> Markup:
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items() if value)


def _rounded(text: str) -> str:
    """Numbers with one digit after the point, and no line breaks."""
    return _NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), " ".join(text.split()))
