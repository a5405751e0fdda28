"""Python as highlighted HTML: classes only, whose colours stand in the style sheet."""

import re
from collections.abc import Iterator

from markupsafe import Markup
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

from grader.text import clean

#: The first that fits counts. Few colours are calm; they need not say more than an editor does.
_CLASSES = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Number, "m"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Builtin, "b"),
)
#: More is no code that a learner wrote, and only costs time.
MAX_LENGTH = 200_000
#: As well, and long stretches of blanks cost the square of their length.
_ODD = re.compile(r"[^\n]{2000}|\s{300}")


def highlight(source: str) -> Markup:
    """Highlights Python, whether or not it is right.

    Args:
        source: code from a submission.

    Returns:
        The same text, cleaned and escaped, its words in `<span>` where they have a colour.
    """
    source = clean(source)
    if len(source) > MAX_LENGTH or _ODD.search(source):
        return Markup("{}").format(source)
    return Markup("").join(_spans(source))


def _spans(source: str) -> Iterator[Markup]:
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    for token, text in lexer.get_tokens(source):
        style = _style(token)
        yield Markup('<span class="{}">{}</span>').format(style, text) if style else Markup("{}").format(text)


def _style(token: _TokenType) -> str:
    return next((style for kind, style in _CLASSES if token in kind), "")
