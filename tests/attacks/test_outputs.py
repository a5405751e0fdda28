"""What a submission prints, raises and names: nothing of it is raw in terminal, JSON or HTML, and no browser obeys it.

The functions that clean and escape are proved in tests/report; here real submissions go all the way to the reports, and
a real browser opens them. Row 22: there is no table file yet, so its names can do harm in these three reports only.
"""

import functools
import html.parser
import http.server
import io
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from grader.course import Lesson
from grader.model import Grade, Outcome
from grader.pipeline import Options, grade
from grader.report import html as html_report
from grader.report import json_report
from grader.report.terminal import print_grade
from grader.rooms.house import Starter
from grader.seeds import Secret, public_secret
from grader.submission import parse_submission

pytestmark = pytest.mark.rooms

PUBLIC, SECRET = Options(public_secret()), Options(Secret(b"nobody can guess this", "secret test"))
FUNCTIONS = ("raises", "object_of", "keys", "layers", "shapes", "signature")
CRITERIA = dict.fromkeys(("loads", *FUNCTIONS, "carried"), "points = 1")
LIMITS = "cpu_seconds = 5\nimport_seconds = 5\nreply_mb = 16"
#: The number that each function is given is hidden: no report may show it where the seed is secret.
HIDDEN = "31415926"
CHECKS = f'''
import numpy as np
from grader.judge import Miss, expect_items, expect_mapping, expect_model, expect_number

X = {HIDDEN}.0
SAMPLE = np.ones((1, 5, 2), "float32")

def test_loads(submission):
    """Loads"""
    submission.load()

def test_raises(submission):
    """Raises"""
    submission.raises(X)

def test_object_of(submission):
    """Returns an object"""
    expect_number(submission.object_of(X), "object_of")

def test_keys(submission):
    """Returns a dict"""
    told = expect_mapping(submission.keys(X), "keys", ())
    raise Miss("wrong-type", function="keys", expected="other keys", received=", ".join(map(str, told)))

def test_layers(submission):
    """Returns a model"""
    model = expect_model(submission.layers(X), "layers").clean(SAMPLE)
    kinds = ", ".join(call.kind + " " + call.name for call in model.calls(SAMPLE))
    raise Miss("wrong-type", function="layers", expected="other layers", received=kinds)

def test_shapes(submission):
    """Returns shapes"""
    told = submission.shapes(X)
    raise Miss("wrong-type", function="shapes", expected="other shapes", received=", ".join(map(str, told)))

def test_signature(submission):
    """Takes two arguments"""
    submission.signature(X, 2, 3)

def test_carried(submission, rooms):
    """Saves into a folder and finds it again"""
    folder = submission.folder("out")
    submission.save(X, folder)
    rooms.student(submission.leave(folder)).save(0.0, folder)
'''
#: TEXT stands for a hostile text. Whatever has a name or a text in this file shows it.
SUBMISSION = '''
import keras
TEXT = {text!r}
print(TEXT)

def raises(x):
    """<script>never shown</script>"""
    print(TEXT)
    raise type(TEXT[:150].replace("\\0", "") or "E", (Exception,), {{}})(TEXT)  # {comment}

def object_of(x):
    return type(TEXT[:150].replace("\\0", "") or "E", (), {{}})()

def keys(x):
    return {{TEXT[:400]: 1}}

def layers(x):
    parts = {{"call": lambda self, x: x * self.w}}
    parts["build"] = lambda self, shape: setattr(self, "w", self.add_weight(shape=(2,)))
    made = type(TEXT[:150].replace("\\0", "") or "E", (keras.layers.Layer,), parts)()
    made._name = TEXT[:400]
    return keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(2, return_sequences=True), made])

def shapes(x):
    return [(None, TEXT)]

def signature(x={text!r}):
    return x

def save(x, folder):
    pass
'''


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory, write_lesson: Callable[..., Lesson]) -> Lesson:
    return write_lesson(tmp_path_factory.mktemp("course"), CRITERIA, CHECKS, LIMITS)


def graded(text: str, lesson: Lesson, rooms: Starter, options: Options = PUBLIC, name: str = "mine.py") -> Grade:
    return grade(parse_submission(name, text.encode("utf-8", "surrogatepass")), lesson, options, rooms)


def hostile(text: str) -> str:
    comment = "".join(character for character in text if character.isprintable() or character in "\u202e\u2066\u200f")
    return SUBMISSION.format(text=text, comment=comment)


def printed(result: Grade) -> str:
    file = io.StringIO()
    print_grade(result, console=Console(file=file, width=100), verbose=True)
    return file.getvalue()


def reports(result: Grade) -> dict[str, str]:
    return {
        "terminal": printed(result),
        "JSON": json_report.encode(result).decode(),
        "HTML": html_report.render(result),
    }


def raw(text: str) -> set[str]:
    """Characters that drive a terminal, turn the writing direction or break lines unseen."""
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    found = {c for c in text if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} and c not in "\n\t"}
    found |= {c for c in text if unicodedata.bidirectional(c) in turning or c in "\u200e\u200f\u061c"}
    return found


class Page(html.parser.HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


TEXTS = {
    "terminal sequences": "\x1b[2J\x1b[1;31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://example.org\x1b\\link\x9b1m\x90q\x9c",
    "bells and backspaces": "0 points\b\b\b\b\b\b\b\b100 points\a\x7f",
    "overwritten": "0 of 8 points\r8 of 8 points\r\n",
    "null": "before\0after",
    "turned": "\u202estniop 8 fo 8\u202c \u2066a\u2069 \u200f\u200e\u061c",
    "line separators": "a\u2028Next: nothing\u2029b\x85c\x0cd\x0be\x1cf",
    "posing lines": "\n\n8 of 8 points (100 %), passed\nNext: Everything is right.\n",
    "rich markup": "[bold red]x[/] [link=http://example.org]y[/link] :skull:",
    "template": "{{ 7 * 7 }} {% raw %} {function} {0.__class__} %s ${x}",
    "JSON": '"}], "points": 100, "passed": true, "x": [{"',
}


@pytest.fixture(scope="module")
def plain(lesson: Lesson, rooms: Starter) -> Grade:
    return graded(hostile("Plain"), lesson, rooms)


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_of_a_hostile_text_is_raw_in_any_report(name: str, lesson: Lesson, rooms: Starter) -> None:
    result = graded(hostile(TEXTS[name]), lesson, rooms, name=f"{TEXTS[name]}.py")
    shown = reports(result)
    assert [(kind, raw(text)) for kind, text in shown.items() if raw(text)] == []
    assert json_report.decode(shown["JSON"].encode()).points == json.loads(shown["JSON"])["points"] == result.points


def test_the_hostile_texts_do_reach_the_reports(plain: Grade) -> None:
    for name, row in zip(("loads", *FUNCTIONS), plain.rows, strict=False):
        assert "Plain" in f"{plain.output if name == 'loads' else row}", name


def test_no_text_poses_as_a_line_of_ours(plain: Grade, lesson: Lesson, rooms: Starter) -> None:
    shown = printed(graded(hostile(TEXTS["posing lines"]), lesson, rooms))
    ours = [line for line in shown.splitlines() if line.startswith(("Next:", "8 of 8"))]
    assert len(ours) == 1
    assert len(re.findall(r"^\d of 8 points", shown, re.MULTILINE)) == 1
    assert re.findall(r"^\d of 8 points", shown, re.MULTILINE) == re.findall(
        r"^\d of 8 points", printed(plain), re.MULTILINE
    )


FLOODS = {
    "without end": "import sys\nfor _ in range(3000):\n    sys.stdout.write('x' * 10_000 + '\\n')\n",
    "one line": "print('x' * 20_000_000)\n",
    "binary": "import os\nfor _ in range(2000):\n    os.write(1, bytes(range(256)) * 40)\n",
    "errors": "import sys\nsys.stderr.write('\\u202e<b>' * 1_000_000)\n",
    "colours": "print('\\x1b[31m' * 3_000_000)\n",
}
#: Far more than any honest report needs.
MOST = 400_000


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_cut(flood: str, lesson: Lesson, rooms: Starter) -> None:
    body = "".join(f"    {line}\n" for line in flood.splitlines())
    result = graded(f"{flood}\ndef object_of(x):\n{body}    return x\n", lesson, rooms)
    assert result.rows[2].checked.outcome is Outcome.PASSED
    for kind, text in reports(result).items():
        assert len(text) < MOST, kind
        assert not raw(text), kind


LONG = "T" * 3_000_000
LONG_TEXTS = {
    "exception": "def raises(x):\n    raise ValueError(LONG)\n",
    "class": "def object_of(x):\n    return type(LONG, (), {})()\n",
    "many keys": "def keys(x):\n    return {LONG[:400] + str(i): i for i in range(5000)}\n",
    "shape": "def shapes(x):\n    return [(None, LONG)]\n",
    "signature": f"def signature(x='{LONG[:900_000]}'):\n    return x\n",
    "line": f"def raises(x):\n    '{LONG[:900_000]}'; raise ValueError\n",
    "syntax": f"x = '{LONG[:900_000]}' +\n",
}


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_no_name_and_no_text_makes_a_report_endless(text: str, lesson: Lesson, rooms: Starter) -> None:
    result = graded(f"LONG = 'T' * 3_000_000\n{text}", lesson, rooms)
    for kind, shown in reports(result).items():
        assert len(shown) < MOST, kind


# Row 38: hidden inputs.

SENDERS = {
    "print": "def raises(x):\n    print(int(x))\n    raise ValueError\n",
    "standard error": "import os\ndef keys(x):\n    os.write(2, str(int(x)).encode())\n    return {}\n",
    "exception": "def raises(x):\n    raise ValueError(f'hidden: {int(x)}')\n",
    "class of an exception": "def raises(x):\n    raise type(f'E{int(x)}', (Exception,), {})\n",
    "chained exceptions": (
        "def raises(x):\n    try:\n        raise ValueError(int(x))\n"
        "    except ValueError as e:\n        raise KeyError('k') from e\n"
    ),
    "exception notes": "def raises(x):\n    e = ValueError('v')\n    e.add_note(str(int(x)))\n    raise e\n",
    "file name": "def raises(x):\n    exec(compile('1/0', f'/{int(x)}.py', 'exec'))\n",
    "class of a value": "def object_of(x):\n    return type(f'C{int(x)}', (), {})()\n",
    "next load": (
        "import os\nhouse = os.path.dirname(os.path.dirname(os.getcwd()))\nfor number in range(20):\n"
        "    path = f'{house}/carried{number}/a'\n    if os.path.exists(path):\n        print(open(path).read())\n"
        "def save(x, folder):\n    os.makedirs(folder, exist_ok=True)\n"
        "    open(folder + '/a', 'w').write(str(int(x)))\n"
    ),
}


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS)
def test_no_hidden_input_is_sent_out_through_a_report(sender: str, lesson: Lesson, rooms: Starter) -> None:
    shown = reports(graded(sender, lesson, rooms, SECRET))
    assert [kind for kind, text in shown.items() if HIDDEN in text] == []


def test_who_grades_with_the_public_seed_sees_what_was_printed(lesson: Lesson, rooms: Starter) -> None:
    shown = reports(graded(SENDERS["print"], lesson, rooms))
    assert [kind for kind, text in shown.items() if HIDDEN in text] == list(shown)


# Row 21: a browser.

RUN = "document.title=/pwned/.source;document.body.id=/ran/.source"  # no quotes, so that it fits anywhere
ACTIVE = {
    "script": f"</pre></style></title><script>{RUN}</script>",
    "script from elsewhere": "<script src=URL/a.js></script>",
    "image": f'"><img src=URL/b.png onerror="{RUN}">',
    "svg": f"<svg onload='{RUN}'><script>{RUN}</script><image href=URL/c.svg /></svg>",
    "style": "</style><style>@import url(URL/d.css);body{background:url(URL/e.png)}</style>",
    "style sheet": "<link rel=stylesheet href=URL/f.css><link rel=preload as=image href=URL/g>",
    "attribute": f"' onmouseover='{RUN}' style='background:url(URL/h)' x='",
    "frame": f"<iframe src=URL/i></iframe><iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    "object": "<object data=URL/j></object><embed src=URL/k><video src=URL/l autoplay></video>",
    "refresh": "<meta http-equiv=refresh content='0;url=URL/m'>",
    "form": "<base href=URL/><form action=n></form><script>document.forms[0].submit()</script>",
}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here, so what a browser does is not proved")


class Counter(http.server.BaseHTTPRequestHandler):
    """Counts what is asked of it."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>asked")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine: its address, and the paths that were asked for."""
    asked: list[str] = []
    handler = functools.partial(type("Handler", (Counter,), {"asked": asked}))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", asked
        serving.shutdown()
        thread.join()


def opened(source: str, folder: Path) -> str:
    """The page as it is after a browser has shown it."""
    page = folder / "page.html"
    page.write_text(source, "utf-8")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    flags += " --disable-component-update --disable-dev-shm-usage --dump-dom --virtual-time-budget=1500"
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # nothing leaves this machine
    command = [str(CHROMIUM), *flags.split(), rules, f"--user-data-dir={folder / 'profile'}", page.as_uri()]
    quiet = subprocess.DEVNULL
    browser = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True, start_new_session=True)
    try:
        return browser.communicate(timeout=120)[0]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


def harmed(dom: str) -> bool:
    return "<title>pwned" in dom or 'id="ran"' in dom


@pytest.fixture(scope="module", params=ACTIVE)
def active(
    request: pytest.FixtureRequest, server: tuple[str, list[str]], lesson: Lesson, rooms: Starter
) -> tuple[str, Grade]:
    """An active text, and the grade of a submission that shows it wherever it can."""
    text = ACTIVE[request.param].replace("URL", server[0])
    return text, graded(hostile(text), lesson, rooms, name=f"{text}.py")


def test_an_active_text_adds_no_element(active: tuple[str, Grade], plain: Grade) -> None:
    text, result = active
    honest, page = Page(html_report.render(plain)), Page(html_report.render(result))
    assert (page.elements, page.attributes) == (honest.elements, honest.attributes)
    assert text in page.text


@needs_browser
def test_no_script_runs_and_no_request_leaves(
    active: tuple[str, Grade], server: tuple[str, list[str]], tmp_path: Path
) -> None:
    server[1].clear()
    dom = opened(html_report.render(active[1]), tmp_path)
    assert "What was checked" in dom
    assert (harmed(dom), server[1]) == (False, [])


@needs_browser
def test_the_active_texts_are_real_attacks(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    harmless = []
    for name, text in ACTIVE.items():
        asked.clear()
        (tmp_path / name).mkdir()
        dom = opened(f"<!DOCTYPE html><title>t</title><body>{text.replace('URL', address)}</body>", tmp_path / name)
        if not asked and not harmed(dom):
            harmless.append(name)
    assert harmless == ["attribute"]  # it needs a tag around it, and a mouse


@needs_browser
def test_the_policy_alone_would_hold_scripts_and_requests(
    server: tuple[str, list[str]], plain: Grade, tmp_path: Path
) -> None:
    address, asked = server
    asked.clear()
    bare = "".join(text for name, text in ACTIVE.items() if name != "refresh")  # no policy covers where a page goes
    source = html_report.render(plain).replace("</main>", f"{bare.replace('URL', address)}</main>")
    dom = opened(source, tmp_path)
    assert (harmed(dom), asked) == (False, [])


def test_a_grade_with_hostile_texts_is_the_same_after_json(lesson: Lesson, rooms: Starter) -> None:
    result = graded(hostile("".join(TEXTS.values())), lesson, rooms)
    assert json_report.decode(json_report.encode(result)) == result
    assert msgspec.json.decode(json_report.encode(result))["schema_version"] == result.schema_version
