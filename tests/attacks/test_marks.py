"""What forgers gain: the honest part of a submission is credited, the forged part is not.

Each file in `marks/` is an attack that follows an honest submission and replaces parts of it. Its docstring names the
row of the threat list, what fails and what is provisional; everything else must be what the honest submission gets.
Already proved elsewhere: exits and endless loops in tests/cases, a formula, a look-up table and a patched predict in
rubrics/lesson06_stacked/reject, malformed frames and arrays in tests/wire, patched Keras in tests/judge/test_models.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from grader.course import Course, Lesson
from grader.judge.values import from_wire, to_wire
from grader.model import Grade, Outcome
from grader.pipeline import Options, grade
from grader.rooms.house import Starter
from grader.rooms.verdicts import BadReply
from grader.seeds import Secret, public_secret
from grader.submission import parse_submission
from grader.wire import frames, messages

pytestmark = pytest.mark.rooms

ROOT = Path(__file__).resolve().parents[2]
MARKS = Path(__file__).with_name("marks")
#: Whoever reads the grader's source can derive all that comes from the public secret, but not from this one.
SECRET = Options(Secret(b"nobody can guess this", "secret test"))
POINTS = {"loads": 1, "double": 2, "means": 3, "build": 4, "predict": 5, "best": 6}
CRITERIA = {name: f"points = {points}" for name, points in POINTS.items()}
CRITERIA["predict"] += '\nneeds = ["build"]'
LIMITS = "cpu_seconds = 4\nimport_seconds = 4\nreply_mb = 4"
CHECKS = '''
import numpy as np
import pytest
from grader.judge import Miss, expect_array, expect_model, expect_number

N_STEPS, UNITS = 6, 5

@pytest.fixture
def rng(streams, criterion):
    return streams.generator(criterion.id)

def wrong(function):
    return Miss("wrong-value", function=function)

def test_loads(submission):
    """Loads"""
    submission.load()

def test_double(submission, rng):
    """Doubles a number"""
    x = float(rng.normal())
    if expect_number(submission.double(x), "double") != 2 * x:
        raise wrong("double")

def test_means(submission, rng):
    """Gives the mean of each row"""
    for _ in range(3):
        X = rng.normal(size=(int(rng.integers(3, 9)), 4))
        if not np.allclose(expect_array(submission.means(X), "means", (len(X),)), X.mean(axis=1)):
            raise wrong("means")

def test_build(submission, rng):
    """Builds an LSTM"""
    sample = rng.normal(size=(1, N_STEPS, 2)).astype("float32")
    model = expect_model(submission.build(N_STEPS, 2, UNITS), "build").clean(sample)
    layers = [call for call in model.calls(sample) if call.recurrent]
    if len(layers) != 1 or not layers[0].is_lstm or layers[0].units != UNITS:
        raise wrong("build")

def test_predict(submission, rng):
    """Predicts what the model predicts"""
    X = rng.normal(size=(7, N_STEPS, 2)).astype("float32")
    model = expect_model(submission.build(N_STEPS, 2, UNITS), "build")
    told = expect_array(submission.predict(model, X), "predict", (7, 1))
    if not np.allclose(told, model.clean(X[:1]).predict(X), atol=1e-4):
        raise wrong("predict")

def test_best(submission, rng):
    """Finds the seed with the lowest score"""
    scores, asked = rng.permutation(50).astype(float), []
    def score(seed):
        asked.append(int(seed))
        return float(scores[asked[-1] % 50])
    seeds = sorted(int(seed) for seed in rng.choice(50, 5, replace=False))
    best = expect_number(submission.best(score, seeds), "best")
    if sorted(asked) != seeds or best != min(seeds, key=scores.__getitem__):
        raise wrong("best")
'''


@dataclass(frozen=True)
class Attack:
    """A forger's file and what its docstring promises."""

    path: Path
    fails: frozenset[str]
    provisional: frozenset[str]

    @property
    def honest(self) -> Path:
        """The submission whose parts it replaces."""
        in_lesson = self.path.parent.name == "lesson06"
        return ROOT / "solutions" / "lesson06_stacked.py" if in_lesson else MARKS / "honest.py"

    def text(self) -> str:
        return self.honest.read_text("utf-8") + "\n\n" + self.path.read_text("utf-8")


def attack(path: Path) -> Attack:
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    promise = re.search(r"^row \d+: .*?^fails: (.+?)(?:\nprovisional: (.+))?$", said, re.MULTILINE | re.DOTALL)
    assert promise, f"{path.name} does not say which row it is of and what fails"
    fails, provisional = (frozenset(re.findall(r"\w+", part or "")) - {"nothing"} for part in promise.groups())
    return Attack(path, fails, provisional)


SMALL = [attack(path) for path in sorted((MARKS / "small").glob("*.py"))]
LESSON06 = [attack(path) for path in sorted((MARKS / "lesson06").glob("*.py"))]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, write_lesson: Callable[..., Lesson]) -> Lesson:
    return write_lesson(tmp_path_factory.mktemp("course"), CRITERIA, CHECKS, LIMITS)


def graded(text: str, lesson: Lesson, rooms: Starter, options: Options = SECRET) -> Grade:
    return grade(parse_submission("submission.py", text.encode()), lesson, options, rooms)


def told(result: Grade) -> str:
    lines = []
    for row in result.rows:
        finding = row.checked.finding
        lines.append(f"{row.id}: {row.checked.outcome.value} {row.points:g} {finding.headline if finding else ''}")
    return "\n".join(lines)


def expect(result: Grade, attack: Attack) -> None:
    """Holds that just what the attack forged has failed, and that nothing sure rests on a claim."""
    failed = {row.id for row in result.rows if row.checked.outcome not in (Outcome.PASSED, Outcome.SKIPPED)}
    skipped = {row.id for row in result.rows if row.checked.outcome is Outcome.SKIPPED}
    assert failed | skipped == attack.fails | skipped, told(result)
    assert skipped <= attack.fails, told(result)
    assert not any(row.points for row in result.rows if row.id in attack.fails), told(result)
    assert {row.id for row in result.rows if row.checked.provisional} == attack.provisional, told(result)


def test_the_honest_part_alone_gets_every_point(small: Lesson, rooms: Starter) -> None:
    result = graded((MARKS / "honest.py").read_text("utf-8"), small, rooms)
    assert (result.points, result.provisional_points) == (sum(POINTS.values()), 0), told(result)


@pytest.mark.parametrize("attack", SMALL, ids=lambda attack: attack.path.stem)
def test_a_forger_gains_nothing(attack: Attack, small: Lesson, rooms: Starter) -> None:
    expect(graded(attack.text(), small, rooms), attack)


@pytest.mark.slow
@pytest.mark.parametrize("attack", LESSON06, ids=lambda attack: attack.path.stem)
def test_a_forger_gains_nothing_in_lesson_06(attack: Attack, rooms: Starter) -> None:
    expect(graded(attack.text(), Course(ROOT).lesson("6"), rooms), attack)


@pytest.mark.parametrize("name", ["forged_reply", "patched_verbs"])
def test_a_forger_gets_the_same_mark_twice(name: str, small: Lesson, rooms: Starter) -> None:
    text = attack(MARKS / "small" / f"{name}.py").text()
    first, second = (graded(text, small, rooms) for _ in range(2))
    for result in (first, second):
        assert result.points > 0
    assert msgspec.json.encode((first.rows, first.next_step)) == msgspec.json.encode((second.rows, second.next_step))


def test_what_is_known_of_the_public_seed_helps_with_no_secret_one(small: Lesson, rooms: Starter) -> None:
    text = attack(MARKS / "small" / "hard_coded.py").text()
    known = graded(text, small, rooms, Options(public_secret()))
    assert known.points == known.max_points, told(known)  # the attack is a real one
    assert graded(text, small, rooms).points < known.points


NESTED = b"\x83\xa4type\xa5items\xa4kind\xa4list\xa5items\x91"


@pytest.mark.parametrize("depth", [30, 100, 200, 300, 350, 400, 450, 470, 600, 900, 1000, 1200, 3000, 10_000])
def test_nesting_of_any_depth_is_a_value_that_can_be_handed_back_or_a_bad_reply(depth: int) -> None:
    body = b"\x82\xa4type\xa8returned\xa5value" + NESTED * depth + b"\xc0"
    try:
        said = frames.decode_from_room(body)
        assert isinstance(said, messages.Returned)
        value = from_wire(said.value, lambda handle: handle)
    except (frames.BadFrameError, BadReply):
        assert depth > 32  # an honest room nests no deeper
    else:
        frames.encode(messages.Answer(to_wire(value, lambda _: 0)))


#: Four bytes a character for each of the texts, were they made into one array.
SWELLING = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from grader.judge import Miss, expect_array
for value in (["x" * 1_000_000, *[""] * 4_000], [[0.0] * 4_000, ["x" * 1_000_000] * 4_000], [b"x" * 1_000_000] * 8_000):
    try:
        expect_array(value, "f", (4_001,))
    except Miss as miss:
        print(miss.cause)
"""


def test_a_small_reply_does_not_swell_in_the_judge() -> None:
    done = subprocess.run([sys.executable, "-c", SWELLING], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["not-numbers"] * 3, done.stderr[-500:]
