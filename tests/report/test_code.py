import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.code import highlight
from grader.text import clean

_SPAN = re.compile(r'<span class="[bcfkms]">|</span>')
_PIECES = ["def ", "f", "(", ")", ":", "\n", "    ", '"', "'", "#", "{", "\\", "<", "&", "é", "\t", "1"]
_CODE = st.lists(st.sampled_from(_PIECES)).map("".join)


@pytest.mark.parametrize(
    "source,expected",
    [
        ("return 1", '<span class="k">return</span> <span class="m">1</span>'),
        ("x = '<b>'", 'x = <span class="s">&#39;</span><span class="s">&lt;b&gt;</span><span class="s">&#39;</span>'),
        ("def f(): pass", '<span class="k">def</span> <span class="f">f</span>(): <span class="k">pass</span>'),
        ("len(x)  # y", '<span class="b">len</span>(x)  <span class="c"># y</span>'),
        ("x < 2 & y", 'x &lt; <span class="m">2</span> &amp; y'),
    ],
)
def test_words_of_the_language_have_a_colour(source: str, expected: str) -> None:
    assert highlight(source) == expected


@given(_CODE | st.text(st.characters(exclude_categories=())))
def test_the_text_stays_and_nothing_else_gets_in(source: str) -> None:
    shown = _SPAN.sub("", highlight(source))
    assert "<" not in shown
    assert unescape(shown) == clean(source)


@pytest.mark.parametrize("source", ["x" * 3000, "\n    " * 300, "x = 1\n" * 40_000])
def test_what_nobody_writes_costs_no_time(source: str) -> None:
    assert highlight(source) == source
