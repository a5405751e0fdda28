"""Hidden checks of lesson 11. Models with planted weights tell whether a text comes from the model that is asked."""

from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Blocked,
    CleanModel,
    Generator,
    LayerCall,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    as_numbers,
    expect_array,
    expect_items,
    expect_model,
    expect_number,
    in_words,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.model import Outcome
from grader.rooms.verdicts import RoomVerdict
from grader.rubric import Criterion
from grader.seeds import Streams

BUILD = "build_char_model"
UNITS, LENGTH = 64, 20
#: Characters that a trained model writes in one call; model.predict for each of them takes too long.
AT_ONCE = 2000
#: A right text lies further from what the model proposes than this once in hundreds of millions (normal deviations).
TOO_ODD = 6.0
#: Temperature at which texts are held against what the model proposes: high, so that draws differ from likeliest ones.
WARM = 4.0
#: A planted model that is surer of the next character than this leaves nothing to draw.
CERTAIN = 0.95


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


# The vocabulary.


def test_vocabulary(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`build_vocabulary` numbers the characters in sorted order, both ways"""
    rng = streams.generator("vocabulary")
    for others in ("", "XÄß-7!,\n"):
        letters = "".join(rng.permutation(list("abcdefghijklmnopqrstuvwxyz"))[:14])
        text = data.random_text(rng, letters + others + " .\n", 60) + "\n"
        judge_vocabulary(submission.build_vocabulary(text), text, data)


def judge_vocabulary(told: Any, text: str, data: ModuleType) -> None:
    """Holds that what is told are the two dicts of a text's characters."""
    forward, backward = expect_items(told, "build_vocabulary", 2)
    if not isinstance(forward, dict) or not isinstance(backward, dict | list | tuple):
        received = f"{in_words(forward)} and {in_words(backward)}"
        raise Miss("wrong-type", function="build_vocabulary", expected="two dicts", received=received)
    right, undone = data.vocabulary_of(text)
    if isinstance(backward, dict) and list(backward)[:1] and isinstance(next(iter(backward)), str):
        raise Miss("dicts-exchanged", expected="characters to indices first", received="the other way around")
    if set(forward) != set(right):
        lost, added = set(right) - set(forward), set(forward) - set(right)
        cause = "characters-lost" if lost else "characters-added"
        raise Miss(cause, characters=", ".join(map(repr, sorted(lost or added)[:4])), expected=f"{len(right)} of them")
    numbers = [int(expect_number(forward[character], "build_vocabulary")) for character in right]
    if numbers != list(right.values()):
        raise Miss(data.numbering(forward, text), expected="0, 1, 2 … in sorted order", received="other numbers")
    pairs = backward if isinstance(backward, dict) else dict(enumerate(backward))
    if pairs != undone:
        raise Miss("not-undone", expected="index_to_char[char_to_index[c]] == c", received="other characters")


# Windows.


def test_windows(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`make_windows` pairs each window with the characters that follow"""
    rng = streams.generator("windows")
    for step, spare in ((1, 0), (3, 0), (4, 2)):  # the last window ends where it just can, or before
        length = int(rng.integers(5, 8))
        text = data.random_text(rng, "abcdefghij .", length + 1 + 8 * step + spare)
        vocabulary, _ = data.vocabulary_of(text + "klm")  # a text need not have all characters of the vocabulary
        X, y = told_windows(submission.make_windows(text, vocabulary, length, step))
        judge_windows(X, y, data.windows_of(text, vocabulary, length, step), len(vocabulary), data)


def told_windows(told: Any) -> tuple[np.ndarray, np.ndarray]:
    """The two arrays of `make_windows`."""
    X, y = expect_items(told, "make_windows", 2)
    return expect_array(X, "make_windows"), expect_array(y, "make_windows")


def judge_windows(X: np.ndarray, y: np.ndarray, right: np.ndarray, n_chars: int, data: ModuleType) -> None:
    """Holds that windows and answers are right, in whatever form."""
    length = right.shape[1] - 1
    wanted = f"{shape_in_words(('n', length, n_chars))} and (n,) or {shape_in_words(('n', length))}"
    received = f"{shape_in_words(X.shape)} and {shape_in_words(y.shape)}"
    if X.ndim == 3 and X.shape[:2] == right[:, 1:].shape and X.shape[2] != n_chars:
        cause = "not-one-hot" if X.shape[2] == 1 else "own-vocabulary"
        raise Miss(cause, expected=f"{n_chars} at the end", received=f"{X.shape[2]} at the end")
    form = data.form_of(X, y, length, n_chars)
    if form is None:
        raise Miss("windows-shape", expected=wanted, received=received)
    if len(X) != len(right) or len(y) != len(right):
        cause = "last-window" if len(X) == len(y) == len(right) - 1 else "windows-count"
        raise Miss(cause, expected=f"{len(right)} windows", received=f"{len(X)} windows and {len(y)} answers")
    if not np.array_equal(X, form.windows(right[:, :-1], n_chars)):
        raise Miss("windows-differ", expected="the characters from 0, step, 2 * step, … on", received="others")
    if np.array_equal(y, form.targets(right, n_chars)):
        return
    current = np.concatenate([right[:, :1], right[:, :-1]], axis=1)  # as if each character followed itself
    cause = "not-shifted" if np.array_equal(y, form.targets(current, n_chars)) else "answers-differ"
    raise Miss(cause, expected="what follows", received="other characters")


# The model.


class Probe:
    """An untrained model in sizes of its own, and the form in which it is asked."""

    def __init__(self, submission: SubmissionView, rng: np.random.Generator, data: ModuleType) -> None:
        self.data, self.room, self._rng = data, submission, rng
        self.length, self.units = int(rng.integers(7, 10)), int(rng.integers(12, 15))
        letters = rng.permutation(list("abcdefghijklmnopqrstuvwxyz"))[: int(rng.integers(16, 20))]
        self.vocabulary = data.vocabulary_of("".join(letters) + " .")
        self.n_chars = len(self.vocabulary[0])
        self.form = form_in(submission, data)
        self.view = expect_model(submission.build_char_model(self.length, self.n_chars, self.units), BUILD)
        self.contexts = rng.integers(0, self.n_chars, (6, self.length))

    @property
    def sample(self) -> np.ndarray:
        return np.asarray(self.form.windows(self.contexts, self.n_chars))

    @property
    def seed_text(self) -> str:
        return "".join(self.vocabulary[1][int(index)] for index in self.contexts[0])

    def clean(self) -> CleanModel:
        return self.view.clean(self.sample)

    def plant(self) -> CleanModel:
        """Gives the model weights with which each character depends on those before it, but none is certain."""
        self.clean()  # a model that cannot be run is told of here; one without weights yet gets them
        try:
            self.room.ask("trace", model=self.view, x=self.sample)
            weights = self.data.planted(self._rng, self.room.ask("weights", model=self.view))
            for _ in range(6):
                self.room.ask("set_weights", model=self.view, weights=weights)
                model = self.clean()
                if self.probabilities(model, list(self.contexts)).max(axis=1).mean() < CERTAIN:
                    break
                weights = self.data.weakened(weights)  # many layers make great numbers, which leave no choice
        except RoomVerdict as verdict:
            raise self.room.explain(verdict, BUILD) from verdict
        return model

    def probabilities(self, model: CleanModel, contexts: list[np.ndarray]) -> np.ndarray:
        """What a model says of the character after each context, [n, n_chars]."""
        same = len({len(context) for context in contexts}) == 1
        batches = [np.stack(contexts)] if same else [context[None] for context in contexts]
        told = [model.predict(self.form.windows(batch, self.n_chars)) for batch in batches]
        return np.concatenate([part[:, -1] if part.ndim == 3 else part for part in told])

    def indices(self, text: str) -> np.ndarray:
        return np.array([self.vocabulary[0][character] for character in text])


def form_in(submission: SubmissionView, data: ModuleType) -> Any:
    """The form in which a submission writes windows, whether these are right or not."""
    text = "abcdefghij " * 3
    vocabulary, _ = data.vocabulary_of(text)
    X, y = (
        as_written(part) for part in expect_items(submission.make_windows(text, vocabulary, 7, 1), "make_windows", 2)
    )
    form = data.form_of(X, y, 7, len(vocabulary))
    if form is None:
        raise Blocked("windows in one of the forms of the exercise")
    return form


def as_written(part: Any) -> np.ndarray:
    """An array with the type of its numbers as it is."""
    try:
        return as_numbers(part)
    except (TypeError, ValueError) as problem:
        raise Blocked("windows as arrays of numbers") from problem


def test_model(submission: SubmissionView, streams: Streams, data: ModuleType, source: Source) -> None:
    """The model tells by an LSTM how likely each next character is"""
    probe = Probe(submission, streams.generator("model"), data)
    model = probe.clean()
    told = model.predict(probe.sample)
    expected = probe.form.output_shape(probe.length, probe.n_chars)
    if told.shape[1:] != expected:
        each = {True: "an answer for each place of a window", False: "one answer for each window"}
        other = told.shape[1:] in ((probe.length, probe.n_chars), (probe.n_chars,))
        raise Miss(
            "forms-differ" if other else "output-shape",
            answers=each[probe.form.each_place],
            model=each[not probe.form.each_place],
            expected=shape_in_words((None, *expected)),
            received=shape_in_words((None, *told.shape[1:])),
        )
    sums = told.sum(axis=-1)
    if (told < 0).any() or not np.allclose(sums, 1, atol=1e-3):
        wrong_axis = told.ndim == 3 and np.allclose(told.sum(axis=1), 1, atol=1e-3)
        cause = "softmax-over-places" if wrong_axis else "no-probabilities"
        raise Miss(cause, expected="numbers from 0 on that sum up to 1", received="others")
    judge_layers(model.calls(probe.sample), probe.units, source)
    judge_reading(probe, probe.plant())


def judge_layers(calls: list[LayerCall], units: int, source: Source) -> None:
    """Holds that what is recurrent are LSTMs, one of the asked size among them."""
    for call in calls:
        if call.recurrent and not call.is_lstm and call.kind != "LSTMCell":
            kind = call.wraps or call.kind
            place = next(iter(source.calls(kind, within=BUILD)), None)
            raise Miss("not-lstm", kind=kind, expected="an LSTM", received=kind, place=place)
    lstms = [call for call in calls if call.is_lstm or call.kind == "LSTMCell"]
    if not lstms:
        raise Miss("no-lstm", expected="an LSTM", received="no recurrent layer")
    sizes = {call.units for call in lstms if call.units}
    if sizes and units not in sizes:
        received = ", ".join(map(str, sorted(sizes)))
        raise Miss("wrong-units", expected=f"{units} for units={units}", received=received)


def judge_reading(probe: Probe, model: CleanModel) -> None:
    """Holds that answers rest on all characters up to their place, and on none behind it."""
    rests_on = np.zeros((probe.length, probe.length), dtype=bool)  # [places of answers, places that are changed]
    for context in probe.contexts:
        changed = np.repeat(context[None], probe.length + 1, axis=0)  # the last row stays as it is
        at = np.arange(probe.length)
        changed[at, at] = (changed[at, at] + 1) % probe.n_chars
        told = model.predict(probe.form.windows(changed, probe.n_chars))
        told = told if told.ndim == 3 else np.repeat(told[:, None], probe.length, axis=1)
        rests_on |= (np.abs(told[:-1] - told[-1:]).max(axis=-1) > 1e-6).T
    if probe.form.each_place and np.triu(rests_on, 1).any():
        raise Miss("sees-ahead", expected="what comes up to its place", received="what comes behind it, too")
    if not rests_on[-1, -2:].all():
        raise Miss("unread", expected="all characters of a window", received="not even the last two")
    if not rests_on[-1].all():
        raise Miss("partly-read", expected=f"{probe.length} characters", received=f"{rests_on[-1].sum()} of them")


# Drawing.


def test_sample(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`sample_index` draws as often as the temperature says"""
    rng = streams.generator("sample")
    probs = rng.permutation(np.array([0.45, 0.24, 0.13, 0.08, 0.05, 0.03, 0.02], dtype="float32"))
    probs[:] = probs / probs.sum()
    for number, temperature in enumerate((0.5, 1.0, 2.0)):
        drawn = draws(submission, streams, probs, temperature, 500, number)
        counts = np.bincount(drawn, minlength=len(probs))
        if data.oddness(counts, data.tempered(probs, temperature)) > data.UNLIKELY:
            cause = data.rule_of(counts, probs, temperature) or "wrong-draws"
            shown = f"{temperature:g}"
            raise Miss(cause, temperature=shown, expected="probs ** (1 / temperature)", received="another rule")
    likely = int(np.argmax(probs))
    if (draws(submission, streams, probs, 0.05, 40, 3) != likely).any():  # (0.24 / 0.45) ** 20 is 3e-6
        raise Miss("not-cold", expected="nearly always the likeliest index", received="others as well")
    judge_many(submission, streams, rng)
    one, other = (draws(submission, streams, probs, 1.0, 30, 5) for _ in range(2))
    if (one != other).any():
        raise Miss("other-chance", expected="the same index for the same generator", received="another one")


def draws(
    submission: SubmissionView, streams: Streams, probs: np.ndarray, temperature: float, n: int, number: int
) -> np.ndarray:
    """Indices that are drawn with n generators, which stem from the secret and a number."""
    found = []
    for entropy in streams.generator("draws", number).integers(0, 2**63, n):
        told = submission.sample_index(probs, temperature, Generator(int(entropy)))
        index = expect_number(told, "sample_index")
        if index != int(index) or not 0 <= index < len(probs):
            raise Miss("no-index", expected=f"a whole number from 0 to {len(probs) - 1}", received="another number")
        found.append(int(index))
    return np.array(found)


def judge_many(submission: SubmissionView, streams: Streams, rng: np.random.Generator) -> None:
    """Holds that probabilities come through as a model gives them: many, in float32, some too small to be told."""
    for _ in range(6):
        logits = rng.normal(0, 6, 60).astype("float32")
        probs = np.exp(logits - logits.max())
        probs[[0, 1, -2, -1]] = 0  # what is very unlikely comes out of a softmax as 0
        probs /= probs.sum()
        for temperature in (0.7, 1.3):
            draws(submission, streams, probs, temperature, 2, 4)


# Generating.


def test_generate(submission: SubmissionView, streams: Streams, data: ModuleType, record: Record) -> None:
    """`generate` draws each character from what the model says of those before it"""
    probe = Probe(submission, streams.generator("generate"), data)
    model = probe.plant()
    cold = probe.indices(probe.seed_text + written(probe, 25, 0.05, 1))
    if not any(agrees(probe, model, cold, contexts) for contexts in data.RIGHT.values()):
        raise Miss(why_not(probe, model, cold), expected="what the model proposes", received="other characters")
    text = probe.indices(probe.seed_text + written(probe, 150, WARM, 2))
    far = surprise(probe, model, text, WARM)
    record.measured("standard deviations between the text and what the model proposes", far)
    if abs(far) > TOO_ODD:
        cause = "too-likely" if far > 0 else "too-unlikely"
        raise Miss(cause, expected="draws at the temperature that is given", received="other draws")


def written(probe: Probe, n_chars: int, temperature: float, seed: int, text: str = "") -> str:
    """What `generate` writes with the probe's model."""
    start, chance = text or probe.seed_text, {"temperature": temperature, "seed": seed}
    told = probe.room.generate(probe.view, start, n_chars, probe.length, probe.vocabulary, **chance)
    return judged_text(told, start, n_chars, set(probe.vocabulary[0]))


def judged_text(told: Any, start: str, n_chars: int, known: set[str]) -> str:
    """Holds that a text is one, of the right length."""
    if told is None:
        raise Miss("returned-none", function="generate", expected="a text", received="None")
    if not isinstance(told, str):
        raise Miss("wrong-type", function="generate", expected="a text", received=in_words(told))
    if len(told) != n_chars:
        cause = "seed-returned" if told.startswith(start) else "wrong-length"
        raise Miss(cause, expected=f"{n_chars} characters", received=f"{len(told)} characters")
    if set(told) - known:
        raise Miss("strange-characters", expected="characters of the vocabulary", received="others as well")
    return told


def agrees(probe: Probe, model: CleanModel, text: np.ndarray, contexts: Any) -> bool:
    """Whether each character is the one that the model proposes, asked with these contexts."""
    try:
        return bool(probe.data.follows(probe.probabilities(model, contexts(text, probe.length)), text[probe.length :]))
    except Miss:  # it cannot be asked that way, so nobody did
        return False


def surprise(probe: Probe, model: CleanModel, text: np.ndarray, temperature: float) -> float:
    """How far a text is from what the model proposes, asked with the right contexts that fit best."""
    found = [float("inf")]
    for contexts in probe.data.RIGHT.values():
        with suppress(Miss):
            probs = probe.probabilities(model, contexts(text, probe.length))
            found.append(float(probe.data.surprise(probs, text[probe.length :], temperature)))
    return min(found, key=abs)


def why_not(probe: Probe, model: CleanModel, text: np.ndarray) -> str:
    """Says what the model was asked instead, as far as the text tells."""
    for cause, contexts in probe.data.WRONG.items():
        if agrees(probe, model, text, contexts):
            return str(cause)
    if any(abs(surprise(probe, model, text, temperature)) < 4 for temperature in (0.7, 1.0)):
        return "temperature-lost"
    firsts = probe.probabilities(model, list(probe.contexts[1:]))
    starts = ["".join(probe.vocabulary[1][int(index)] for index in context) for context in probe.contexts[1:]]
    drawn = probe.indices("".join(written(probe, 1, 0.05, 1, text=start) for start in starts))
    return "loses-track" if probe.data.follows(firsts, drawn) else "not-the-model"


def test_repeatable(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`generate` writes the same text for the same seed, and refuses what it cannot go on from"""
    probe = Probe(submission, streams.generator("repeatable"), data)
    probe.plant()
    texts = [written(probe, 40, 1.5, seed) for seed in (11, 11, 12)]
    if texts[0] != texts[1]:
        raise Miss("not-repeatable", expected="the same text for the same seed", received="two different texts")
    if texts[0] == texts[2]:
        raise Miss("seed-unused", expected="another text for another seed", received="the same text")
    long = probe.seed_text[::-1] + probe.seed_text
    written(probe, 10, 1.0, 1, text=long)
    refuses(lambda: written(probe, 5, 1.0, 1, text="#" + probe.seed_text[1:]), "unknown-character")
    refuses(lambda: written(probe, 5, 1.0, 1, text=probe.seed_text[1:]), "short-seed")


def refuses(ask: Callable[[], Any], cause: str) -> None:
    """Holds that a call raises a ValueError."""
    received = "a text"
    try:
        ask()
    except Miss as miss:
        if miss.outcome is not Outcome.FAILED:
            raise
        raised = getattr(miss.__cause__, "raised", None)
        if raised and "ValueError" in (raised.type_name, *raised.bases):
            return
        received = f"another error, {miss.fields.get('type')}" if raised else "no text"
    raise Miss(cause, expected="a ValueError", received=received)


# Training, which goes on while the rest is checked.


class Training:
    """Trains and generates while the rest is checked; what is written is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self.first = rooms.ahead(lambda aside: self._quality(aside, first()))
        self.without_lstms = rooms.ahead(lambda aside: self._quality(aside, first(), is_perturbed=True))
        self.calls = rooms.ahead(lambda aside: self._calls(aside, first()))

    def quality(self, repeat: int) -> Any:
        """What is worth what a model writes after a training with the seeds of one repeat."""
        return self.first() if repeat == 0 else self._quality(self._rooms, self._train(self._rooms, repeat), repeat)

    def _corpus(self, repeat: int) -> tuple[str, Any]:
        rng = self._streams.generator("corpus", repeat)
        lexicon = self._data.make_lexicon(rng)
        return self._data.write_corpus(rng, int(rng.integers(390, 421)), lexicon), lexicon

    def _train(self, rooms: Rooms, repeat: int) -> tuple[ModelView, Any]:
        room = rooms.student()
        text, _ = self._corpus(repeat)
        vocabulary, _ = self._data.vocabulary_of(text)
        form = form_in(room, self._data)
        windows = self._data.windows_of(text, vocabulary, LENGTH, 1)
        X, y = form.windows(windows[:, :-1], len(vocabulary)), form.targets(windows, len(vocabulary))
        model = expect_model(room.build_char_model(LENGTH, len(vocabulary), UNITS), BUILD)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model), X[:1]

    def _quality(
        self, rooms: Rooms, trained: tuple[ModelView, Any], repeat: int = 0, is_perturbed: bool = False
    ) -> Any:
        """Has a text written in a fresh room, which holds the model and nothing else of the training."""
        text, lexicon = self._corpus(repeat)
        vocabulary = self._data.vocabulary_of(text)
        room = rooms.student()
        model = room.adopt(*trained, lambda fresh: fresh.build_char_model(LENGTH, len(vocabulary[0]), UNITS))
        if is_perturbed:
            room.perturb(model, "no recurrence")
        n_chars = AT_ONCE // 4 if is_perturbed else AT_ONCE
        rng = self._streams.generator("seed text", repeat)
        at, seed = int(rng.integers(0, len(text) - LENGTH)), int(rng.integers(0, 10_000))
        start = text[at : at + LENGTH]
        told = room.generate(model, start, n_chars, LENGTH, vocabulary, temperature=0.7, seed=seed)
        return self._data.quality(judged_text(told, start, n_chars, set(vocabulary[0])), text, lexicon)

    def _calls(self, rooms: Rooms, trained: tuple[ModelView, Any]) -> list[LayerCall]:
        """The layers of what train leaves, which may be another model than the one that it was given."""
        model, sample = trained
        return rooms.clean.take(model, sample).calls(sample)


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record, source: Source) -> None:
    """Most lines that the trained model writes are right sentences"""
    try:
        measure_skill(criterion, record, lambda repeat: training.quality(repeat).valid)
    except Miss as miss:
        if miss.outcome is Outcome.TIMED_OUT and miss.fields.get("function") == "generate":
            miss.cause = "slow-predict" if source.calls("predict") else "slow-generate"
            miss.fields["chars"] = AT_ONCE
        elif miss.cause == "skill-missed":
            known = training.first().known
            record.measured("share of words that the corpus has", known)
            miss.cause = "no-words" if known < 0.5 else "skill-missed"
            miss.fields["known"] = f"{known:.0%}"
        raise


def test_fresh(training: Training, record: Record) -> None:
    """The sentences differ, and some of them are new"""
    told = training.first()
    record.measured("share of lines that differ from each other", told.distinct)
    record.measured("share of right sentences that are not in the corpus", told.novel)
    if told.distinct < 0.5:
        raise Miss("repeats-itself", expected="at least 0.5 different lines", received=f"{told.distinct:.2f}")
    if told.novel < 0.1:
        raise Miss("copies", expected="at least 0.1 new sentences", received=f"{told.novel:.2f}")


def test_learned(training: Training, record: Record) -> None:
    """The text comes from what the LSTM has learned"""
    if not any(call.is_lstm or call.kind == "LSTMCell" for call in training.calls()):
        raise Miss("other-model", expected="the model that it is given, trained", received="a model without LSTM")
    told = training.without_lstms()
    record.measured("share of right lines with all LSTM weights set to zero", told.valid)
    if told.valid > 0.3:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="a useless text", received="right sentences")
