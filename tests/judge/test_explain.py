import re
import signal
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import GraderFault
from grader.judge.explain import finding_of, general_causes, how_it_died, import_miss, miss_of, quote
from grader.judge.misses import Miss
from grader.judge.source import Source
from grader.model import Outcome, Place
from grader.rooms.verdicts import BadReply, Died, OutOfMemory, RoomVerdict, StudentError, TimedOut
from grader.rubric import Cause, Criterion
from grader.wire.messages import Line, Raised

_SOURCE = Source(
    """\
import keras


def train(model, X, y, epochs=3):
    model.fit(X, y)
    return model


def forecast(model):
    raise NotImplementedError


def compare(n):
    return forecast(None)
"""
)
_CRITERION = Criterion(id="trains", points=10, why="Models learn by training.", hints=("one", "two", "three"))


def _raised(type_name: str, message: str, *lines: tuple[int, str], bases: tuple[str, ...] = ()) -> Raised:
    return Raised(
        type_name=type_name,
        bases=[*bases, "Exception"],
        message=message,
        lines=[Line(line, function) for line, function in lines],
        traceback=f"Traceback …\n{type_name}: {message}",
    )


def _miss(verdict: RoomVerdict, function: str = "train", causes: dict[str, Cause] | None = None) -> Miss:
    return miss_of(verdict, function, _SOURCE, causes or {})


def _told(verdict: RoomVerdict, function: str = "train") -> str:
    return _plain(finding_of(_miss(verdict, function), _CRITERION, {}).headline)


def _plain(headline: str) -> str:
    """The sentence without the marks for code."""
    return headline.replace("`", "")


_KERAS_NDIM = (
    'Input 0 of layer "lstm_1" is incompatible with the layer: expected ndim=3, found ndim=2. '
    "Full shape received: (None, 8)"
)


@pytest.mark.parametrize(
    "type_name,message,cause",
    [
        ("ValueError", _KERAS_NDIM, "ndim"),
        ("ValueError", "Exception encountered when calling Sequential.call().\n\n" + _KERAS_NDIM, "ndim"),
        (
            "ValueError",
            f"Exception encountered when calling Sequential.call().\n\n\x1b[1m{_KERAS_NDIM}\x1b[0m\n\nArguments",
            "ndim",
        ),
        # What Keras 3.15 says to indices with categorical_crossentropy, a column, and one-hot with the sparse loss.
        (
            "ValueError",
            "Arguments `target` and `output` must have the same rank (ndim). Received: target.shape=(None,)",
            "labels-differ",
        ),
        (
            "ValueError",
            "Arguments `target` and `output` must have the same shape. Received: target.shape=(None, 1)",
            "labels-differ",
        ),
        (
            "ValueError",
            "Argument `output` must have rank (ndim) `target.ndim - 1`. Received: target.shape=(None, 4)",
            "labels-differ",
        ),
        ("ValueError", "You must call `compile()` before using the model.", "not-compiled"),
        (
            "InvalidArgumentError",
            "Graph execution error:\n\nDetected at sub\nIncompatible shapes: [32,2] vs. [32,3]\n\t [[{{node sub}}]]",
            "shapes-differ",
        ),
        ("ValueError", "Dimensions must be equal, but are 4 and 5 for '{{node sub}}'", "shapes-differ"),
        ("ValueError", "operands could not be broadcast together with shapes (2,) (3,) ", "shapes-differ"),
        (
            "KeyError",
            "'Unknown variable: <Variable path=lstm/kernel>. This optimizer can only be called for the variables …'",
            "optimizer-reused",
        ),
        (
            "ValueError",
            "Invalid filepath extension for saving. Please add either a `.keras` extension for … Received: filepath=m.",
            "needs-extension",
        ),
        ("ValueError", "The filename must end in `.weights.h5`. Received: filepath=w.h5", "needs-extension"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'C:\\\\data.csv'", "file-not-found"),
        ("ValueError", "File not found: filepath=model.keras. Please ensure the file is …", "file-not-found"),
        ("PermissionError", "[Errno 13] Permission denied: '/home/me'", "read-only"),
        ("OSError", "[Errno 30] Read-only file system: 'model.keras'", "read-only"),
        ("NameError", "name 'np' is not defined", "name-error"),
        ("UnboundLocalError", "cannot access local variable 'x' where it is not associated", "name-error"),
        ("ModuleNotFoundError", "No module named 'pandas'", "missing-package"),
        ("EOFError", "EOF when reading a line", "asks-input"),
        ("ZeroDivisionError", "division by zero", "raised"),
        ("OSError", "[Errno 28] No space left on device", "raised"),
        ("ValueError", "NameError", "raised"),
        ("E", "", "raised"),
    ],
)
def test_what_python_and_keras_say_is_led_back_to_its_cause(type_name: str, message: str, cause: str) -> None:
    miss = _miss(StudentError(_raised(type_name, message, (12, "compare"), (5, "train"))))
    assert miss.cause == cause
    assert miss.outcome is Outcome.FAILED
    assert miss.place == Place(line=5, function="train", text="model.fit(X, y)")
    assert miss.details == f"Traceback …\n{type_name}: {message}"


def test_the_headline_names_function_and_error() -> None:
    told = _told(StudentError(_raised("ZeroDivisionError", "division by zero\nmore", (5, "train"))))
    assert told == "train stops with ZeroDivisionError: division by zero"
    told = _told(StudentError(_raised("ModuleNotFoundError", "No module named 'pandas'", (1, "<module>"))))
    assert told == "The file imports a package that is not there: No module named 'pandas'"
    assert "(batch, timesteps, features)" in _told(StudentError(_raised("ValueError", _KERAS_NDIM)))


def test_an_error_without_text_is_named_by_its_class() -> None:
    assert _told(StudentError(_raised("Stop", "", (5, "train")))) == "train stops with Stop: Stop"


def test_the_lessons_own_causes_come_first() -> None:
    own = {"lstm-needs-sequence": Cause(headline="{function}: feed it sequences.", error="expected ndim=3")}
    raised = StudentError(_raised("ValueError", _KERAS_NDIM))
    assert _miss(raised, causes=own).cause == "lstm-needs-sequence"
    assert _miss(raised, causes={"other": Cause(headline="x", error="no such text")}).cause == "ndim"
    assert _miss(raised, causes={"wording-only": Cause(headline="x")}).cause == "ndim"


def test_a_stub_is_not_started() -> None:
    raised = _raised("NotImplementedError", "", (10, "forecast"), bases=("RuntimeError",))
    miss = _miss(StudentError(raised), "forecast")
    assert (miss.cause, miss.outcome) == ("not-started", Outcome.NOT_STARTED)
    assert miss.place == Place(line=10, function="forecast", text="raise NotImplementedError")
    assert _plain(finding_of(miss, _CRITERION, {}).headline) == "forecast is not started yet."


def test_a_subclass_counts_as_not_started_too() -> None:
    raised = _raised("Later", "", (13, "compare"), (10, "forecast"), bases=("NotImplementedError", "RuntimeError"))
    assert _miss(StudentError(raised), "compare").cause == "not-started"


@pytest.mark.parametrize("lines", [(), ((5, "train"),), ((1_000, "gone"),)])
def test_not_implemented_elsewhere_is_an_error_like_any_other(lines: tuple[tuple[int, str], ...]) -> None:
    miss = _miss(StudentError(_raised("NotImplementedError", "no backend", *lines)))
    assert (miss.cause, miss.outcome) == ("raised", Outcome.FAILED)


@pytest.mark.parametrize("message", ["", "0", "done"])
def test_exit_is_told_as_such(message: str) -> None:
    miss = _miss(StudentError(_raised("SystemExit", message, (5, "train"), bases=("BaseException",))))
    assert miss.cause == "exits"
    assert miss.place is not None
    assert miss.place.line == 5


@pytest.mark.parametrize(
    "message",
    [
        "train() missing 1 required positional argument: 'y'",
        "train() takes 3 positional arguments but 4 were given",
        "train() got an unexpected keyword argument 'seed'",
    ],
)
def test_a_changed_signature_is_shown(message: str) -> None:
    miss = _miss(StudentError(_raised("TypeError", message)))
    assert miss.cause == "wrong-signature"
    assert miss.received == "train(model, X, y, epochs=3)"
    assert miss.place == Place(line=4, function="train", text="def train(model, X, y, epochs=3):")


@pytest.mark.parametrize(
    "raised",
    [
        _raised("TypeError", "train() missing 1 required positional argument: 'y'", (13, "compare")),
        _raised("TypeError", "fit() got an unexpected keyword argument 'x'"),
        _raised("ValueError", "train() is wrong"),
    ],
)
def test_other_type_errors_are_no_changed_signature(raised: Raised) -> None:
    assert _miss(StudentError(raised)).cause == "raised"


def test_a_function_that_is_not_in_the_text_has_no_place() -> None:
    miss = _miss(StudentError(_raised("TypeError", "made() takes 0 positional arguments but 1 was given")), "made")
    assert (miss.cause, miss.received, miss.place) == ("wrong-signature", "made", None)


def test_a_timeout_with_a_line_points_at_it() -> None:
    raised = _raised("TimeLimit", "", (5, "train"))
    miss = _miss(TimedOut(60.0, on_clock=False, raised=raised))
    assert (miss.cause, miss.outcome) == ("timed-out", Outcome.TIMED_OUT)
    assert miss.place == Place(line=5, function="train", text="model.fit(X, y)")
    assert _plain(finding_of(miss, _CRITERION, {}).headline) == "train was stopped after 60 s."


@pytest.mark.parametrize("raised", [None, _raised("TimeLimit", "")])
def test_a_timeout_without_a_line_points_nowhere(raised: Raised | None) -> None:
    verdict = TimedOut(2.5, on_clock=True, raised=raised)
    assert _miss(verdict).place is None
    assert _told(verdict) == "train was stopped after 2.5 s on the clock."


def test_memory_and_death_have_outcomes_of_their_own() -> None:
    miss = _miss(OutOfMemory(3072, _raised("MemoryError", "", (5, "train"))))
    assert miss.outcome is Outcome.OUT_OF_MEMORY
    assert miss.place is not None
    assert _told(OutOfMemory(3072)) == "train needs more than 3072 MB of memory."
    assert _miss(Died(-11)).outcome is Outcome.CRASHED
    assert _told(Died(-11)) == "train ends the Python process (signal SIGSEGV)."
    assert _told(BadReply("a dict with a key twice")) == "What train returns cannot be read: a dict with a key twice."


@pytest.mark.parametrize(
    "verdict,cause,outcome",
    [
        (TimedOut(20.0, on_clock=False), "import-too-long", Outcome.TIMED_OUT),
        (OutOfMemory(512), "import-memory", Outcome.OUT_OF_MEMORY),
        (Died(3), "import-died", Outcome.CRASHED),
        (StudentError(_raised("SystemExit", "0", (1, "<module>"))), "import-exits", Outcome.FAILED),
        (StudentError(_raised("NameError", "name 'np' is …", (1, "<module>"))), "import-stopped", Outcome.FAILED),
        (StudentError(_raised("NotImplementedError", "", (10, "f"))), "import-stopped", Outcome.FAILED),
        (StudentError(_raised("ModuleNotFoundError", "No module", (1, "<module>"))), "missing-package", Outcome.FAILED),
    ],
)
def test_a_file_that_cannot_be_loaded_has_causes_of_its_own(verdict: RoomVerdict, cause: str, outcome: Outcome) -> None:
    miss = import_miss(verdict, _miss(verdict, "the file"), "mine.py")
    assert (miss.cause, miss.outcome) == (cause, outcome)
    finding = finding_of(miss, _CRITERION, {})
    assert not re.search(r"[{}]", finding.headline + "".join(finding.hints))
    assert "mine.py" in finding.hints[0] or cause != "import-stopped"


def test_a_cell_that_stops_is_named() -> None:
    verdict = StudentError(Raised("ValueError", ["Exception"], "no", [Line(4, "train")], "trace"))
    miss = _miss(verdict, "the file")
    miss.place = Place(cell=3, line=2)
    told = import_miss(verdict, miss, "mine.ipynb", in_cells=True)
    assert finding_of(told, _CRITERION, {}).headline == "Cell 3 stops with ValueError: no"
    told = import_miss(Died(-9), _miss(Died(-9), "the file"), "mine.ipynb", in_cells=True)
    assert finding_of(told, _CRITERION, {}).headline == "The notebook ends its Python process (signal SIGKILL)."


@pytest.mark.parametrize(
    "code,words",
    [
        (None, "it had already ended"),
        (0, "exit code 0"),
        (3, "exit code 3"),
        (-signal.SIGKILL, "signal SIGKILL"),
        (-200, "signal 200"),
    ],
)
def test_a_death_is_put_into_words(code: int | None, words: str) -> None:
    assert how_it_died(code) == words


def test_an_unknown_verdict_is_a_fault_of_ours() -> None:
    with pytest.raises(GraderFault, match="RoomVerdict"):
        _miss(RoomVerdict())


@pytest.mark.parametrize(
    "message,quoted",
    [
        ("", ""),
        ("\n  first \nsecond", "first"),
        ("Exception encountered when calling LSTM.call().", "Exception encountered when calling LSTM.call()."),
        ("Exception encountered when calling LSTM.call().\n\n\x1b[1mbad shape\x1b[0m\n\nArguments:", "bad shape"),
        (
            "{{function_node __wrapped__MatMul}} In[0]: [2,3], In[1]: [4,5] [Op:MatMul] name: ",
            "In[0]: [2,3], In[1]: [4,5]",
        ),
        ("x" * 160, "x" * 160),
        ("x" * 161, "x" * 159 + "…"),
    ],
)
def test_a_quote_is_one_short_line(message: str, quoted: str) -> None:
    assert quote(message) == quoted


@pytest.mark.parametrize(
    "piece",
    [
        *("optimizer different ", "optimizer ", "Unknown variable", "must be call", "Incompatible "),
        *("a", "\n", " ", "{{function_node ", "{{function_node }", "\x1b[", "\x1b[0", "[Op:", " [Op:\n"),
    ],
)
def test_no_message_takes_long_to_explain(piece: str) -> None:
    message = (piece * 16_384)[:16_384]
    start = time.process_time()
    _miss(StudentError(_raised("ValueError", message)))
    assert time.process_time() - start < 0.5


# Wording.

#: What a cause's wording may name; the code that raises it fills these in.
_FIELDS = {
    "all": 8,
    "ask": "What is stacking?",
    "cell": 3,
    "clock": " on the clock",
    "error": "division by zero",
    "expected": "a number",
    "file": "lesson06.py",
    "function": "train",
    "how": "signal SIGKILL",
    "limit": "1",
    "megabytes": "3072",
    "message": "The forecast has a gap.",
    "metric": "RMSE",
    "open": 3,
    "received": "None",
    "language": "Julia",
    "line": 12,
    "said": "Keras refuses it.",
    "seconds": "60",
    "shape": "(None, 8)",
    "trouble": "the name of a question has to be plain text",
    "type": "ValueError",
    "version": "2",
    "what": "random weights",
    "wrong": 2,
}


def _wanted(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", sorted(general_causes()))
def test_every_wording_is_complete(code: str) -> None:
    cause = general_causes()[code]
    assert re.fullmatch(r"[a-z][a-z0-9-]*", code)
    assert _wanted(cause.headline) | _wanted(cause.hint) <= set(_FIELDS)
    re.compile(cause.error)
    fields: dict[str, Any] = dict(_FIELDS)
    miss = Miss(code, expected=fields.pop("expected"), received=fields.pop("received"), **fields)
    finding = finding_of(miss, _CRITERION, {})
    assert finding.headline
    assert not re.search(r"[{}]", finding.headline + "".join(finding.hints))
    assert ".." not in finding.headline
    assert finding.headline[0].isupper() or _plain(finding.headline).startswith("train ")
    assert finding.why == "Models learn by training."
    assert finding.hints[-2:] == ("two", "three")  # the cause's own hint stands for the nudge


def test_a_forgotten_field_shows_its_name() -> None:
    assert _plain(finding_of(Miss("raised"), _CRITERION, {}).headline) == "{function} stops with {type}: {error}"


@pytest.mark.parametrize(
    "hostile", ["{x.__class__}", "{0}", "{", "}", "{{}}", "{function!r}", "%s %(x)s", "{:>999999}"]
)
def test_hostile_text_in_a_field_stays_text(hostile: str) -> None:
    told = finding_of(Miss("raised", function="train", type="E", error=hostile), _CRITERION, {})
    assert _plain(told.headline) == f"train stops with E: {hostile}"
    told = finding_of(Miss("wrong-type", function="my_f", expected=hostile, received=hostile), _CRITERION, {})
    assert _plain(told.headline) == f"my_f should return {hostile}, not {hostile}."
    assert (told.expected, told.received) == (hostile, hostile)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=20), st.integers(0, 2**64 - 1), st.text(max_size=20))
def test_whatever_a_room_claims_becomes_a_finding(message: str, type_name: str, line: int, function: str) -> None:
    raised = _raised(type_name, message, (line, function))
    for verdict in (StudentError(raised), TimedOut(1.0, on_clock=False, raised=raised), OutOfMemory(512, raised)):
        finding = finding_of(_miss(verdict), _CRITERION, {})
        assert finding.place is not None
        assert finding.place.line == line
        assert "train" in finding.headline or finding.cause == "missing-package"


def test_the_lessons_wording_goes_before_the_general_one() -> None:
    own = {"raised": Cause(headline="stopped", hint="Look at {function}.", why="Code must run.")}
    finding = finding_of(Miss("raised", function="train"), _CRITERION, own)
    assert finding.headline == "Stopped"
    assert finding.why == "Code must run."
    assert finding.hints == ("Look at train.", "two", "three")


def test_a_cause_without_wording_is_a_fault_of_ours() -> None:
    with pytest.raises(GraderFault, match=r"no-such-cause of trains"):
        finding_of(Miss("no-such-cause"), _CRITERION, {})


@pytest.mark.parametrize(
    "message,headline",
    [
        ("the model is empty.", "The model is empty."),
        ("build_model is missing", "build_model is missing"),
        ("x.y is missing", "x.y is missing"),
        ("LSTM is missing", "LSTM is missing"),
        ("stops with: no value..", "Stops with: no value."),
    ],
)
def test_a_headline_is_a_sentence(message: str, headline: str) -> None:
    assert finding_of(Miss("failed", message=message), _CRITERION, {}).headline == headline
