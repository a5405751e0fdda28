import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from grader.model import Checked, Evidence, Grade, Outcome
from grader.pictured import Node
from grader.report import html
from grader.shown import OutputKind

_VOID = {"meta", "img"}
_PNG = "data:image/png;base64,"
_NASTY = (
    "</style></pre><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>"
    "\"' onload='alert(1)' style='color:red' {{ 7 * 7 }}{% raw %}&lt; [red]\x1b[31m\u202e\ud800`"
)


#: In the later ones it stands beside code and in code.
_ALL_NASTY = [_NASTY, f"{_NASTY}`", f"`{_NASTY}"]


class _Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.style = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += data

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]

    def says(self, text: str) -> bool:
        return " ".join(text.replace("`", "").split()) in " ".join(self.text.split())


def _policy(page: _Page) -> str:
    policies = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    return policies[0] or ""


def test_everything_needed_is_said(mixed: Grade) -> None:
    page = _Page(html.render(mixed))
    assert not page.open
    for text in (
        mixed.title,
        mixed.file,
        mixed.next_step,
        *mixed.notes,
        "47.5 of 180 points",
        "not yet passed",
        "2 passed",
    ):
        assert page.says(text), text
    for row in mixed.rows:
        finding = row.checked.finding
        said = [row.title, row.checked.output]
        if finding is not None:
            said += [finding.headline, finding.expected, finding.received, finding.why, *finding.hints, finding.details]
        for text in said:
            assert page.says(text), text
    for text in ("passed, provisional, borderline", "Provisional: 20 of these points", "near the threshold in"):
        assert page.says(text), text


def test_the_mark_can_be_reproduced_from_the_footer(mixed: Grade) -> None:
    footer = _Page(html.render(mixed).partition("</main>")[2].partition("</body>")[0])
    key, run = mixed.key, mixed.run
    versions = msgspec.structs.astuple(key.versions)
    for text in (key.submission, key.rubric, key.seed_id, *versions, *run.layers, *run.missing, run.started):
        assert footer.says(text), text


def test_the_first_hint_is_seen_and_stronger_ones_are_folded(mixed: Grade) -> None:
    source = re.sub(r"<details.*?</details>", "", html.render(mixed), flags=re.DOTALL)
    page = _Page(source)
    finding = mixed.rows[1].checked.finding
    assert finding is not None
    assert page.says(finding.hints[0])
    assert not any(page.says(text) for text in (*finding.hints[1:], finding.details, "0.0812", "Epoch 1/2"))


def test_a_skipped_row_is_folded(mixed: Grade) -> None:
    page = _Page(
        html.render(msgspec.structs.replace(mixed, rows=(mixed.rows[4],), output="", notebook=(), pictures=()))
    )
    assert page.says("skipped 0 of 20 needs 'The model can be built'")
    assert page.text.count("The model can be built") == 1
    assert "details" not in page.names()


@pytest.mark.parametrize("nasty", ["", *_ALL_NASTY])
def test_there_is_nothing_active_or_remote(mixed: Grade, poisoned: Callable[[Grade, str], Grade], nasty: str) -> None:
    source = html.render(poisoned(mixed, nasty))
    page = _Page(source)
    assert set(page.names()).isdisjoint(
        {"script", "link", "iframe", "object", "embed", "form", "base", "video", "use", "image", "foreignobject"}
    )
    assert page.names().count("style") == 1
    assert page.names().count("img") == 1
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"style", "srcset", "action", "xlink:href"}
            assert name != "href" or (tag == "a" and re.fullmatch(r"#criterion-\d+", value or ""))
            assert name != "src" or (tag == "img" and (value or "").startswith(_PNG))
            assert name == "src" or "//" not in re.sub(r"'sha256-[\w+/=]+'", "", value or "")
    assert "url(" not in page.style
    assert "@import" not in page.style


#: What depends on how long a text is, and what a picture of a notebook holds.
_VARYING = {"src", "viewbox", "x", "y", "d", "transform"}


def test_pictures_are_drawn_told_and_named(mixed: Grade) -> None:
    page = _Page(html.render(mixed))
    assert page.names().count("svg") == len(mixed.pictures) - 1  # a text is no drawing
    for picture in mixed.pictures:
        for text in (picture.title, picture.note, picture.words):
            assert page.says(text), text
    names = {values.get("id") for tag, values in page.tags if tag == "h3"}
    assert {values["aria-labelledby"] for tag, values in page.tags if tag == "svg"} < names


def test_a_picture_that_cannot_be_drawn_is_told_in_words(mixed: Grade) -> None:
    odd = msgspec.structs.replace(mixed.pictures[0], nodes=(Node(name="\uffff"),))  # a text that no XML can hold
    page = _Page(html.render(msgspec.structs.replace(mixed, pictures=(odd,))))
    assert "svg" not in page.names()
    assert page.says(odd.words)


def _elements(page: _Page) -> list[tuple[str, dict[str, str | None]]]:
    """All elements but those that code is set with, what a picture holds, and where in a drawing something stands."""
    plain = [each for each in page.tags if each[0] != "code" and each[1].get("class") not in set("bcfkms")]
    return [(tag, {name: text for name, text in values.items() if name not in _VARYING}) for tag, values in plain]


@pytest.mark.parametrize("nasty", _ALL_NASTY)
def test_hostile_text_changes_no_element(mixed: Grade, poisoned: Callable[[Grade, str], Grade], nasty: str) -> None:
    honest = _Page(html.render(poisoned(mixed, "x")))
    hostile = _Page(html.render(poisoned(mixed, nasty)))
    # Code in backticks is the one thing that text can ask for.
    assert _elements(hostile) == _elements(honest)


@pytest.mark.parametrize("nasty", _ALL_NASTY)
def test_hostile_text_is_shown_as_it_was_written(
    mixed: Grade, poisoned: Callable[[Grade, str], Grade], nasty: str
) -> None:
    source = html.render(poisoned(mixed, nasty))
    page = _Page(source)
    assert page.text.count("<script>alert(1)</script>") > 3 * len(mixed.rows)
    assert page.text.count("{{ 7 * 7 }}{% raw %}&lt; [red]\ufffd\ufffd") > 3 * len(mixed.rows)
    assert not set("\x1b\u202e\ud800") & set(source)
    source.encode()


@pytest.mark.parametrize(
    "text,expected",
    [
        ("use `LSTM` or `GRU`", "use <code>LSTM</code> or <code>GRU</code>"),
        ("a ` b", "a ` b"),
        ("`<b>`", "<code>&lt;b&gt;</code>"),
        ("`a` ` <b>", "`a` ` &lt;b&gt;"),
    ],
)
def test_backticks_become_code(mixed: Grade, text: str, expected: str) -> None:
    assert f"<p>{expected}</p>" in html.render(msgspec.structs.replace(mixed, next_step=text))


def test_the_policy_allows_just_our_style(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    page = _Page(html.render(poisoned(mixed, _NASTY)))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    directives = [part.split() for part in _policy(page).split(";")]
    assert ["default-src", "'none'"] in directives
    assert ["style-src", f"'sha256-{digest}'"] in directives
    assert ["img-src", "data:"] in directives
    assert not re.search("unsafe|http|\\*", _policy(page))


def test_the_policy_stands_before_what_it_governs(mixed: Grade) -> None:
    source = html.render(mixed)
    assert source.startswith("<!DOCTYPE html>")
    assert source.index("Content-Security-Policy") < source.index("<style>")


def test_a_page_reads_itself_again_only_where_that_is_wanted(
    mixed: Grade, poisoned: Callable[[Grade, str], Grade]
) -> None:
    grade = poisoned(mixed, '<meta charset="utf-8">')
    text = html.render(grade, refresh=5)
    meta = '<meta http-equiv="refresh" content="5">'
    assert text.count(meta) == 1
    assert text.index(meta) < text.index("<title>")
    assert text.replace(f"\n{meta}", "") == html.render(grade)
    assert "refresh" not in html.render(mixed)


def test_the_structure_is_sound(mixed: Grade) -> None:
    page = _Page(html.render(mixed))
    levels = [int(tag[1]) for tag in page.names() if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert ("html", {"lang": "en"}) in page.tags
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    cards = {f"criterion-{number}" for number in range(1, len(mixed.rows) + 1)}
    assert {str(a["href"])[1:] for tag, a in page.tags if tag == "a"} == cards
    assert {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a} == set(ids) - cards
    classes = [str(attributes["class"]).split()[0] for tag, attributes in page.tags if tag == "article"]
    assert classes.count("card") == len(mixed.rows)
    assert mixed.answers is not None
    assert classes.count("answer") == len(mixed.answers.items) + len(mixed.answers.prose)


def test_a_fault_of_the_grader_is_no_mark(mixed: Grade) -> None:
    fault = msgspec.structs.replace(mixed.rows[0], checked=Checked(outcome=Outcome.FAULT))
    page = _Page(html.render(msgspec.structs.replace(mixed, rows=(fault,), passed=True)))
    assert page.says("No mark")
    assert page.says("the grader itself failed")
    assert not page.says("180 points")


def test_evidence_without_numbers_or_labels_is_shown(mixed: Grade) -> None:
    evidence = Evidence(name="loss", values=(float("nan"), float("-inf"), 0.123456), labels=("first",))
    checked = msgspec.structs.replace(mixed.rows[0].checked, evidence=(evidence,))
    row = msgspec.structs.replace(mixed.rows[0], checked=checked)
    page = _Page(html.render(msgspec.structs.replace(mixed, rows=(row,))))
    rows = re.findall(r"loss, (first|\d)(not a number|-infinite|0\.1235)", page.text)
    assert rows == [("first", "not a number"), ("2", "-infinite"), ("3", "0.1235")]


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast_reaches_wcag_aa(scheme: int) -> None:
    folder = Path(html.__file__).parent / "templates"
    css = "".join((folder / name).read_text("utf-8") for name in ("report.css", "print.css"))
    roots = re.findall(r":root\s*\{(.*?)\}", css, re.DOTALL)
    assert len(roots) == 3
    colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]+)", roots[scheme]))
    for ink in ("text", "muted", "accent", "good", "part", "miss", "idle", "fault"):
        for ground in ("page", "card", "sunk", "accent-soft"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for ink in ("code-keyword", "code-text", "code-number", "code-name"):
        assert _contrast(colours[ink], colours["sunk"]) >= 4.5, ink


def test_what_is_borderline_is_said_where_it_is_and_at_the_top(mixed: Grade) -> None:
    page = _Page(html.render(mixed))
    assert page.says("Borderline: the result lies near the threshold in 'The model is skilful'.")
    assert page.says(
        "Borderline: what was measured lies near the threshold; on other data it may end on its other side."
    )
    sure = msgspec.structs.replace(mixed.rows[8], checked=Checked(outcome=Outcome.PASSED))
    assert "orderline" not in _Page(html.render(msgspec.structs.replace(mixed, rows=(sure,)))).text


def test_a_place_in_a_notebook_names_its_cell(mixed: Grade) -> None:
    assert _Page(html.render(mixed)).says("lesson06_stacked.py, cell 2, line 31")


def test_the_notebook_is_closed_and_shows_what_each_cell_did(mixed: Grade) -> None:
    source = html.render(mixed)
    fold = source[source.index('<details class="notebook">') :].partition("</details>")[0]
    page = _Page(f"{fold}</details>")
    for text in ("Cell 1 ran", "HTML is not shown here.", "Cell 3 stopped with an error", "Cell 5 did not run"):
        assert page.says(text), text
    for cell in mixed.notebook:
        assert page.says(cell.source)
    picture = next(output.text for output in mixed.notebook[1].outputs if output.kind is OutputKind.IMAGE)
    assert ("img", {"src": _PNG + picture, "alt": "picture that cell 1 drew"}) in page.tags
    assert "notebook" not in html.render(msgspec.structs.replace(mixed, notebook=())).partition("</style>")[2]


def test_a_very_long_notebook_is_shown_without_colours(mixed: Grade) -> None:
    cells = tuple(msgspec.structs.replace(mixed.notebook[1], source="x = 1\n" * 2000) for _ in range(20))
    page = _Page(html.render(msgspec.structs.replace(mixed, notebook=cells)))
    assert page.text.count("x = 1") == 40_000
    assert page.names().count("span") < 1000
