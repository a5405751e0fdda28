"""Hidden checks of lesson 10. Attention is known by what it computes: shares of the steps, anew for each output."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    CleanModel,
    LayerCall,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    as_numbers,
    expect_array,
    expect_items,
    expect_mapping,
    expect_model,
    expect_number,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.rooms.verdicts import RoomVerdict
from grader.rubric import Criterion
from grader.seeds import Streams

PLAIN, ATTENTION = "build_plain", "build_attention"
N_SYMBOLS, N_OUT, UNITS = 8, 2, 24
#: Changes of an output that are smaller than this are rounding.
ROUNDING = 1e-6
#: Who names as many symbols without any LSTM does not need them; guessing names one in eight.
NEEDLESS = 0.3
#: What even shares must cost, as share of right symbols. A plain mean of all states is better than one would think:
#: dot-product attention, the least sharp of all, loses 0.15 or more (2026-11-25, 8 seeds, 60 steps, 10 epochs). What
#: has no use for its attention should lose next to nothing; that was not measured.
MUST_COST = 0.05
#: How much more weight than even shares would give must lie near the symbols; dot-product attention has 3.2 times
#: at least, additive 7 times (measured as above).
MUST_LOOK = 2.0


class Sizes:
    """Sizes and inputs of a probe, drawn anew for each secret; no two axes are equally long."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_steps = int(rng.choice([13, 15, 17]))
        self.n_symbols = int(rng.integers(5, 7))
        self.n_out = 3
        self.units = int(rng.choice([8, 10]))
        self.X = rng.integers(0, self.n_symbols + 1, (9, self.n_steps)).astype("int32")  # symbols all over
        self.symbols = 1 + rng.permutation(self.n_symbols)[: self.n_out]

    @property
    def arguments(self) -> tuple[int, int, int, int]:
        return self.n_steps, self.n_symbols, self.n_out, self.units

    @property
    def sample(self) -> np.ndarray:
        return self.X[:1]

    def sparse(self, places: list[int]) -> np.ndarray:
        """A sequence that is neutral but for the same symbols at the given places."""
        row = np.zeros((1, self.n_steps), dtype="int32")
        row[0, places] = self.symbols
        return row


class Built:
    """An untrained model of one of the build functions, as it is in the clean room."""

    def __init__(self, submission: SubmissionView, sizes: Sizes, function: str) -> None:
        self.function, self.sizes = function, sizes
        self.view = expect_model(submission.call(function, *sizes.arguments), function)
        self.model = self.view.clean(sizes.sample)
        self.outputs = self.model.predict(sizes.X)
        self.calls = self.model.calls(sizes.sample)

    def hold(self) -> None:
        """Holds what both models have to be: of the right shape, read by LSTMs of the right size."""
        n_steps, n_symbols, n_out, units = self.sizes.arguments
        shape = self.outputs.shape[1:]
        if shape != (n_out, n_symbols):
            causes = {
                (n_steps, n_symbols): "answers-steps",
                (n_out, n_symbols + 1): "neutral-too",
                (n_out * n_symbols,): "outputs-in-one",
                (n_symbols,): "one-answer",
            }
            received, expected = shape_in_words((None, *shape)), shape_in_words((None, n_out, n_symbols))
            cause = causes.get(shape, "output-shape")
            raise Miss(cause, function=self.function, expected=expected, received=received)
        others = sorted({call.wraps or call.kind for call in self.calls if call.recurrent and not is_lstm(call)})
        if others:
            raise Miss("not-lstm", function=self.function, expected="LSTM", received=", ".join(others))
        if not any(map(is_lstm, self.calls)):
            raise Miss("no-lstm", function=self.function, expected="an LSTM layer", received="none")
        if np.ptp(self.outputs, axis=0).max() < ROUNDING:
            raise Miss("input-unused", function=self.function, expected="answers to the input", received="others")
        found = {call.units for call in self.calls if is_lstm(call) and call.units}
        if found and not found & {units, 2 * units, units // 2}:
            received = ", ".join(map(str, sorted(found)))
            raise Miss("wrong-units", function=self.function, units=units, expected=str(units), received=received)

    def readers(self) -> list[LayerCall]:
        """The LSTM layers that read the whole sequence."""
        calls = [call for call in self.calls if call.is_lstm]
        return [call for call in calls if len(call.input_shape) == 3 and call.input_shape[1] == self.sizes.n_steps]

    def steps_kept(self) -> int:
        """How many steps of what the last reader puts out reach the last layer; 0 where nothing can be said."""
        readers = self.readers()
        if not readers:
            return 0
        return int(self.model.influence(self.sizes.sample, readers[-1], self.calls[-1]).any(axis=1).sum())


def sharpened(submission: SubmissionView, model: ModelView, sample: np.ndarray) -> CleanModel:
    """Makes all weights of a model larger: with the initial ones, all shares are nearly even, so any would do."""
    try:
        weights = as_arrays(submission.ask("weights", model=model))
        larger = [4 * weight if weight.dtype.kind == "f" else weight for weight in weights]
        submission.ask("set_weights", model=model, weights=larger)
    except RoomVerdict as verdict:
        raise submission.explain(verdict) from verdict
    return model.clean(sample)


def as_arrays(weights: Any) -> list[np.ndarray]:
    """What a room tells of weights is a claim."""
    if isinstance(weights, list) and all(isinstance(weight, np.ndarray | np.generic) for weight in weights):
        return [np.asarray(weight) for weight in weights]
    raise Miss("model-not-packable", function=ATTENTION, error="its weights are no arrays")


def is_lstm(call: LayerCall) -> bool:
    """LSTM layers, and cells that a loop of the student's calls."""
    return call.is_lstm or call.kind == "LSTMCell"


def shares_per_output(maps: list[np.ndarray], n: int, n_out: int) -> list[np.ndarray]:
    """What attention maps may mean as [n, outputs, steps], heads averaged.

    A model may compute the maps of all outputs at once, or one after the other, beside those of other layers.
    """
    found, single = [], []
    for shares in maps:
        n_steps = shares.shape[-1]
        if len(shares) == n * n_out:  # outputs and inputs in one axis
            found += [shares.reshape(n, n_out, -1, n_steps).mean(2)]
            found += [shares.reshape(n_out, n, -1, n_steps).mean(2).swapaxes(0, 1)]
        elif len(shares) == n:
            axes = [axis for axis in range(1, shares.ndim - 1) if shares.shape[axis] == n_out]
            found += [np.moveaxis(shares, axis, 1).reshape(n, n_out, -1, n_steps).mean(2) for axis in axes]
            single += [] if axes else [shares.reshape(n, -1, n_steps).mean(1)]
    for stride in range(1, len(single) // n_out + 1):
        starts = range(len(single) - stride * (n_out - 1))
        found += [np.stack(single[at::stride][:n_out], axis=1) for at in starts]
    return found


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_attend(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`attend` shares one unit of attention among the steps and mixes the states by it"""
    rng = streams.generator("attend")
    n, n_out, n_steps, units = int(rng.integers(2, 4)), 5, int(rng.integers(6, 9)), 4
    for scale in (1.0, 30.0):  # the second one makes scores that are too large for exp
        queries, states = rng.normal(size=(n, n_out, units)), rng.normal(size=(n, n_steps, units))
        queries, states = scale * queries, scale * states
        told = expect_items(submission.attend(queries, states), "attend", 2)
        contexts, weights = data.attended(queries, states)
        try:
            told_weights = expect_array(told[1], "attend", weights.shape)
            told_contexts = expect_array(told[0], "attend", contexts.shape)
        except Miss as miss:
            if miss.cause == "not-finite" and scale > 1:
                miss.cause = "overflow"
            elif miss.cause == "wrong-shape" and np.shape(told[0]) == weights.shape:
                miss.cause = "exchanged"
            raise
        if not np.allclose(told_weights, weights, atol=1e-5):
            raise wrong_weights(data, queries, states, told_weights)
        if not np.allclose(told_contexts, contexts, atol=1e-5 * scale):
            received = "other values, though the weights are right"
            raise Miss("wrong-context", expected="the mean of the states by these weights", received=received)


def wrong_weights(data: ModuleType, queries: np.ndarray, states: np.ndarray, told: np.ndarray) -> Miss:
    """Says what went wrong with the weights of `attend`, by doing the same mistakes."""
    for axis, cause in (("outputs", "outputs-share"), ("none", "bare-scores"), ("scaled", "scaled-scores")):
        if np.allclose(told, data.attended(queries, states, axis)[1], atol=1e-5):
            return Miss(cause, expected="a softmax of the scores over the steps", received="other weights")
    sums = told.sum(axis=-1)
    cause = "weights-wrong" if np.allclose(sums, 1, atol=1e-4) else "sums-wrong"
    return Miss(cause, expected="a softmax of the scores over the steps", received="other weights")


def test_plain(submission: SubmissionView, sizes: Sizes) -> None:
    """`build_plain` hands on nothing but the state at the end of the sequence"""
    built = Built(submission, sizes, PLAIN)
    built.hold()
    if built.model.attention(sizes.X, sizes.n_steps)[0]:
        raise Miss("plain-attends", expected="no attention", received="shares of the steps")
    if built.steps_kept() > 2:  # both ends are the most that reading both ways needs
        raise Miss("plain-keeps-steps", expected="the state at the end", received="outputs of many steps")


def test_attention(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """`build_attention` shares its attention among all steps, anew for each output"""
    built = Built(submission, sizes, ATTENTION)
    built.hold()
    maps, _ = built.model.attention(sizes.X, sizes.n_steps)
    _, elsewhere = built.model.attention(sizes.X, sizes.n_steps, "first")
    place = next((place for name in LAYERS for place in source.calls(name, within=ATTENTION)), None)
    if not maps:
        raise Miss(no_shares(built), place=place, expected="shares of the steps", received="none")
    is_cut = 0 < built.steps_kept() < sizes.n_steps
    is_masked = is_cut and (skips_neutral(built) or masks_shares(built))  # that is another criterion
    if (is_cut and not is_masked) or any(len(reader.output_shape) == 2 for reader in built.readers()[-1:]):
        raise Miss("one-vector", expected="the output of each step", received="one vector")
    if np.abs(elsewhere - built.outputs).max() < ROUNDING:
        raise Miss("context-unused", place=place, expected="answers from the context", received="without it")
    shares = shares_per_output(maps, len(sizes.X), sizes.n_out)
    if not any(np.ptp(each, axis=1).max() > 1e-8 for each in shares):
        raise Miss("one-map", place=place, expected="weights for each output", received="the same for all")


#: Where the weights may be made, for the line that is pointed at.
LAYERS = ("AdditiveAttention", "MultiHeadAttention", "Attention", "Softmax", "softmax", "Dot")


def no_shares(built: Built) -> str:
    """Why a model has no shares of the steps, as far as other shares that it computes tell."""
    sizes = built.sizes
    for size in (sizes.n_out, sizes.units, 2 * sizes.units, 1):
        for shares in built.model.attention(sizes.X, size)[0]:
            if sizes.n_steps in shares.shape[1:-1]:
                return "one-weight" if size == 1 else "wrong-axis"
            if size == sizes.n_out and sizes.n_out in shares.shape[1:-1]:
                return "own-outputs"
    return "no-attention"


def test_neutral(submission: SubmissionView, sizes: Sizes) -> None:
    """Neither model skips the neutral steps"""
    for function in (PLAIN, ATTENTION):
        built = Built(submission, sizes, function)
        if skips_neutral(built):
            raise Miss("skipped", function=function, expected="all steps are read", received="the symbols alone")
        if masks_shares(built):
            received = "weight for symbols alone"
            raise Miss("shares-masked", function=function, expected="weights that are learned", received=received)


#: Places of the symbols in a sequence that is neutral otherwise.
FEW = [1, 4, 6]


def skips_neutral(built: Built) -> bool:
    """Says whether nothing changes with neutral steps: with their number, or with what the LSTM reads at them."""
    sizes = built.sizes
    here, there, others = sizes.sparse(FEW), sizes.sparse([2, 7, sizes.n_steps - 2]), sizes.sparse(FEW[::-1])
    one, same, other = (built.model.predict(row) for row in (here, there, others))
    if np.abs(one - same).max() < 1e-7 < 10 * ROUNDING < np.abs(one - other).max():
        return True
    reader = next(iter(built.readers()), None)
    before = [call for call in built.calls if reader and call.output_shape == reader.input_shape]
    if reader is None or not before or built.calls.index(before[0]) > built.calls.index(reader):
        return False
    steps = built.model.influence(here, before[0], built.calls[-1]).any(axis=1)
    return bool(len(steps) == here.shape[1] and steps[here[0] != 0].any() and not steps[here[0] == 0].any())


def masks_shares(built: Built) -> bool:
    """Says whether the neutral steps get no share at all."""
    here = built.sizes.sparse(FEW)
    return any(shares[..., here[0] == 0].max() < 1e-9 for shares in built.model.attention(here, here.shape[1])[0])


def test_weights(submission: SubmissionView, sizes: Sizes) -> None:
    """`attention_weights` tells the shares that the model itself computes"""
    view = Built(submission, sizes, ATTENTION).view
    model = sharpened(submission, view, sizes.sample)
    told = submission.attention_weights(view, sizes.X.copy())
    told = told_weights(told, len(sizes.X), sizes.n_steps, sizes.n_out)
    if np.ptp(told, axis=0).max() < ROUNDING:
        raise Miss("input-unseen", expected="weights that depend on the input", received="the same for every input")
    hold_same(told, model, sizes.X)


def told_weights(value: Any, n: int, n_steps: int, n_out: int) -> np.ndarray:
    """Holds that a value is a share for each step, for each output."""
    try:
        told = expect_array(value, "attention_weights", (n, n_out, n_steps))
    except Miss as miss:
        if miss.cause == "wrong-shape":
            shape = as_numbers(value).shape
            known = {(n, n_steps, n_out): "weights-transposed", (n, n_steps): "weights-of-one"}
            is_heads = len(shape) == 4 and shape[-2:] == (n_out, n_steps)
            other = miss.cause if shape[-1:] == (n_steps,) else "no-weights"
            miss.cause = "heads-apart" if is_heads else known.get(shape, other)
        raise
    if told.min() < -1e-6 or not np.allclose(told.sum(axis=-1), 1, atol=1e-3):
        across = np.allclose(told.sum(axis=1), 1, atol=1e-3)
        cause = "bare-weights" if told.min() < -1e-6 else "sums-over-outputs" if across else "sums-not-one"
        raise Miss(cause, expected="weights that sum up to 1 over the steps", received="others")
    return told


def hold_same(told: np.ndarray, model: CleanModel, X: np.ndarray) -> None:
    """Holds that weights are those of the model: what attention_weights tells must be what it computes."""
    n, n_out, n_steps = told.shape
    own = shares_per_output(model.attention(X, n_steps)[0], n, n_out)
    if any(np.allclose(each, told, atol=1e-3) for each in own):
        return
    turned = any(np.allclose(each[:, ::-1], told, atol=1e-3) for each in own)
    cause = "outputs-turned" if turned else "other-weights"
    raise Miss(cause, expected="the weights that the model computes", received="others")


class Training:
    """Trains while the structure is checked; the trained model of each repeat is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self.first = rooms.ahead(lambda aside: self._answers(aside, first()))
        self.share_without_lstms = rooms.ahead(lambda aside: self._share(aside, first(), is_perturbed=True))
        self.calls = rooms.ahead(lambda aside: self._clean(aside, first()).calls(self.unseen()[0][:1]))
        self.model = rooms.ahead(lambda aside: self._clean(aside, first()))

    def share(self, repeat: int) -> float:
        """Share of right symbols in unseen sequences after a training with the seeds of one repeat."""
        if repeat == 0:
            return float(np.mean(self.first()[0] == self.unseen()[1]))
        return self._share(self._rooms, self._train(self._rooms, repeat), repeat)

    def unseen(self, repeat: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Sequences that no training has seen, and their symbols."""
        rng = self._streams.generator("test", repeat)
        X, y = self._data.echo(rng, 400, self._n_steps(repeat), N_SYMBOLS, N_OUT)
        return X, y

    def _n_steps(self, repeat: int) -> int:
        return int(self._streams.generator("length", repeat).integers(57, 63))

    def _build(self, room: SubmissionView, repeat: int) -> Any:
        return room.build_attention(self._n_steps(repeat), N_SYMBOLS, N_OUT, UNITS)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room = rooms.student()
        rng = self._streams.generator("train", repeat)
        X, y = self._data.echo(rng, int(rng.integers(1180, 1240)), self._n_steps(repeat), N_SYMBOLS, N_OUT)
        model = expect_model(self._build(room, repeat), ATTENTION)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model)

    def _room(self, rooms: Rooms, trained: ModelView, repeat: int) -> tuple[SubmissionView, ModelView]:
        """A fresh room, which holds the model and nothing else of the training."""
        room = rooms.student()
        return room, room.adopt(trained, self.unseen(repeat)[0][:1], lambda fresh: self._build(fresh, repeat))

    def _symbols(self, room: SubmissionView, model: ModelView, repeat: int) -> np.ndarray:
        X, y = self.unseen(repeat)
        return expect_array(room.predict_symbols(model, X), "predict_symbols", y.shape)

    def _answers(self, rooms: Rooms, trained: ModelView) -> tuple[np.ndarray, Any]:
        """Symbols and attention weights; what goes wrong with the latter is told by a later criterion."""
        room, model = self._room(rooms, trained, 0)
        symbols = self._symbols(room, model, 0)
        try:
            return symbols, room.attention_weights(model, self.unseen()[0])
        except Miss as miss:
            return symbols, miss

    def _share(self, rooms: Rooms, trained: ModelView, repeat: int = 0, is_perturbed: bool = False) -> float:
        room, model = self._room(rooms, trained, repeat)
        if is_perturbed:
            has_layers = any(call.recurrent for call in self._clean(rooms, trained).calls(self.unseen()[0][:1]))
            room.perturb(model, "no recurrence" if has_layers else "random")  # cells alone are not found
        return float(np.mean(self._symbols(room, model, repeat) == self.unseen(repeat)[1]))

    def _clean(self, rooms: Rooms, trained: ModelView) -> CleanModel:
        return rooms.clean.take(trained, self.unseen()[0][:1])


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained model with attention names the symbols of unseen sequences"""
    try:
        measure_skill(criterion, record, training.share)
    except Miss as miss:
        if miss.cause == "skill-missed":
            told, y = training.first()[0], training.unseen()[1]
            off = np.mean(told + 1 == y) > 0.5
            turned = np.mean(told[:, ::-1] == y) > 0.7  # one in eight fits by chance
            guessing = float(miss.received) < 0.2
            miss.cause = "from-zero" if off else "order-turned" if turned else "guessing" if guessing else miss.cause
        raise


def test_learned(training: Training, record: Record) -> None:
    """The answers come from what the LSTMs have learned"""
    if not any(map(is_lstm, training.calls())):
        expected = "the model that it is given, trained"
        raise Miss("other-model", expected=expected, received="another model")
    share = training.share_without_lstms()
    record.measured("share of right symbols with all LSTM weights set to zero", share)
    if share > NEEDLESS:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="useless answers", received="good ones")


def test_focus(training: Training, record: Record, data: ModuleType) -> None:
    """The trained model looks where the symbols are, and needs to"""
    X, y = training.unseen()
    symbols, told = training.first()
    if isinstance(told, Miss):
        raise told
    model = training.model()
    maps, even = model.attention(X, X.shape[1], "even")
    if not maps:
        expected = "the model that it is given, trained"
        raise Miss("other-model", expected=expected, received="another model")
    right = symbols == y
    share, share_even = right.mean(), (right & (even.argmax(-1) == model.predict(X).argmax(-1))).mean()
    record.measured("share of right symbols with even attention", float(share_even))
    if share - share_even < MUST_COST:
        raise Miss("attention-idle", expected="worse answers without attention", received="answers as good")
    weights = told_weights(told, len(X), X.shape[1], N_OUT)
    hold_same(weights, model, X)
    nearness = data.nearness(weights, X)
    record.measured("attention near the symbols, times the even share", nearness)
    if nearness < MUST_LOOK:
        raise Miss("looks-elsewhere", expected="more than twice the even share", received=f"{nearness:.1f} times")


def test_compare(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`compare` compares the two models fairly, at each length"""
    scores = data.Scores(float(streams.generator("scores").uniform(0, 0.01)))
    lengths, seeds = (31, 9, 17), (3, 14)
    told = expect_mapping(submission.compare(scores.score, lengths, seeds), "compare", data.KINDS)
    if not any(scores.runs.values()):
        raise Miss("not-scored", expected="a call for each kind, length and seed", received="no call")
    for kind, runs in scores.runs.items():
        wanted = sorted((length, seed) for length in lengths for seed in seeds)
        if sorted(runs) != wanted:
            causes = {
                "kind-missing": not runs,
                "other-lengths": {length for length, _ in runs} != set(lengths),
                "other-seeds": {seed for _, seed in runs} != set(seeds),
            }
            cause = next((name for name, holds in causes.items() if holds), "uneven-runs")
            raise Miss(cause, kind=kind, expected="each length with each seed, once", received="other calls")
    for kind in data.KINDS:
        means = scores.means(kind, lengths, seeds)
        items = told[kind].tolist() if isinstance(told[kind], np.ndarray) else told[kind]
        found = [expect_number(each, "compare") for each in expect_items(items, "compare", len(lengths))]
        if not np.allclose(found, means, rtol=1e-4):
            cause = "order-of-lengths" if np.allclose(sorted(found), sorted(means), rtol=1e-4) else "not-the-mean"
            raise Miss(cause, kind=kind, expected="the mean score at each length", received="other numbers")
