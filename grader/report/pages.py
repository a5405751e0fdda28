"""What all our HTML pages share: one policy, one style sheet, and every text cleaned and escaped."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.text import clean, number


def environment(packages: Sequence[str], styles: Sequence[str], script: str = "") -> Environment:
    """Makes what renders pages; "base.html.j2" holds their frame.

    Args:
        packages: packages with a folder `templates`; a name is looked for in the first of them first.
        styles: names of the style sheets among the templates, in order.
        script: name of the one script that the pages may run, or empty for none.

    Returns:
        An environment whose pages may load nothing, and run and style nothing but what is given here.
    """
    loader = ChoiceLoader([PackageLoader(package) for package in packages])
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = "".join(loader.get_source(made, name)[0] for name in styles)
    program = loader.get_source(made, script)[0] if script else ""
    made.globals.update(
        css=Markup(css),  # noqa: S704  our own file
        style_hash=_digest(css),
        script=Markup(program),  # noqa: S704  as above
        script_hash=_digest(program),
    )
    made.filters.update(prose=_prose, number=number)
    return made


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _finalize(value: Any) -> Any:
    """Cleans every text that the template puts out, so that none can be forgotten; escaping comes after."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(text: str) -> Markup:
    """Sets what stands in `backticks` as code."""
    pieces = clean(text).split("`")
    if len(pieces) % 2 == 0:  # one backtick has no partner, so it is not known what is code
        return Markup("{}").format(clean(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else piece for index, piece in enumerate(pieces)
    )
