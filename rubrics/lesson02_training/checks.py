"""Hidden checks of lesson 02. Gradients are held against derivatives, schedules of training against what they change.

Which pieces a training has seen, and in which state, cannot be watched from outside. But it shows in the weights: those
that read the state learn nothing at all from a step before which the state is empty, since their gradient is exactly
zero there. So trainings of one or two steps tell whether the state was carried, and whether it was emptied.
"""

from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    expect_array,
    expect_items,
    expect_model,
    in_words,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.model import Place
from grader.rooms.verdicts import RoomVerdict
from grader.rubric import Criterion
from grader.seeds import Streams
from grader.wire import arrays, messages

#: Two ways of calculating the same output differ by less; another state makes a difference some 1,000 times larger.
SAME = 1e-5
#: Without its layer's weights a model is to be right at a smaller share of the steps.
USELESS = 0.9


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


# By hand.


def test_bptt(submission: SubmissionView, streams: Streams, data: ModuleType, source: Source) -> None:
    """`bptt_gradients` sends the error back through all steps"""
    rng = streams.generator("bptt")
    timesteps, features, units = (int(size) for size in rng.permutation(np.arange(3, 8))[:3])
    for length in (timesteps, 1):
        network = data.network(rng, length, features, units)
        told, right = gradients(submission, network), network.gradients()
        if not all(map(data.is_near, told, right)):
            raise wrong_gradients(told, right, network, data)
    place = automatic(source)
    if place:
        raise Miss("automatic", place=place)
    # One way back through the sequence is fast; one way forward for each of 16,000 weights is not.
    large = data.network(rng, 100, 3, 128)
    try:
        told = gradients(submission, large)
    except Miss as miss:
        if miss.cause == "timed-out":
            miss.cause = "too-slow"
        raise
    directions = tuple(rng.normal(size=weight.shape) for weight in large.weights)
    slope = sum(float((gradient * direction).sum()) for gradient, direction in zip(told, directions, strict=True))
    if not np.isclose(slope, large.slope(directions), rtol=1e-3, atol=1e-3):
        raise wrong_gradients(told, [], large, data)


def gradients(submission: SubmissionView, network: Any, **more: Any) -> list[np.ndarray]:
    """The gradients that a submission finds, each of the right shape."""
    function = "bptt_gradients"
    told = expect_items(submission.bptt_gradients(*network.arguments, **more), function, 4)
    return [expect_array(each, function, w.shape) for each, w in zip(told, network.weights, strict=True)]


def wrong_gradients(told: list[np.ndarray], right: list[np.ndarray], network: Any, data: ModuleType) -> Miss:
    """Says how the gradients came about, if that can be told from their values."""
    for cause, mistaken in network.mistaken():
        if all(map(data.is_near, told, mistaken)):
            return Miss(cause)
    wrong = [name for name, t, r in zip(data.GRADIENTS, told, right, strict=False) if not data.is_near(t, r)]
    return Miss("gradients-wrong", gradients=" and ".join(wrong) or "large networks")


def automatic(source: Source) -> Place | None:
    """Where `bptt_gradients`, or what it calls, lets somebody else find the gradients."""
    for name in ("GradientTape", "grad", "value_and_grad", "gradients", "jacobian"):
        for place in source.calls(name):
            if place.function and reaches(source, "bptt_gradients", place.function):
                return place
    return None


def reaches(source: Source, caller: str, called: str) -> bool:
    """Whether a top-level function calls another one, be it through others."""
    seen: set[str] = set()
    pending = [called]
    while pending:
        name = pending.pop()
        if name == caller:
            return True
        seen.add(name)
        pending += [p.function for p in source.calls(name) if p.function and p.function not in seen]
    return False


def test_truncated(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`bptt_gradients` stops after k steps when it is asked to"""
    network = data.network(streams.generator("truncated"), 8, 2, 4)
    whole, none = network.gradients(), network.gradients(0)
    for k in (3, 1, 8, 11):
        told, right = gradients(submission, network, k=k), network.gradients(k)
        if all(map(data.is_near, told, right)):
            continue
        if k < 8 and all(map(data.is_near, told, whole)):
            raise Miss("k-without-effect")
        if k < 8 and any(all(map(data.is_near, told, network.gradients(k + more))) for more in (-1, 1)):
            raise Miss("k-off-by-one")
        if all(map(data.is_near, told, network.from_empty(k))):
            raise Miss("state-cut-off")
        if all(map(data.is_near, told[:3], none[:3])):
            raise Miss("nothing-left", received=f"k={k}")
        wrong = [name for name, t, r in zip(data.GRADIENTS, told, right, strict=True) if not data.is_near(t, r)]
        raise Miss("truncated-wrong", gradients=" and ".join(wrong))


def test_profile(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`gradient_profile` measures how much of a gradient arrives at each step"""
    rng = streams.generator("profile")
    for make in (data.plain_layer, data.open_layer):
        n, features, units = (int(size) for size in rng.permutation(np.arange(2, 7))[:3])
        timesteps = int(rng.integers(14, 20))
        layer, X = make(rng, features, units), rng.normal(size=(n, timesteps, features)).astype("float32")
        built = messages.Built(layer.config, [arrays.pack(weight) for weight in layer.weights])
        told = expect_array(profile_of(submission, built, X), "gradient_profile", (timesteps,))
        gradient = layer.gradient(X)
        right = data.profile(gradient)
        if data.same_profile(told, right):
            continue
        for cause, mistaken in data.mistaken_profiles(gradient):
            if data.same_profile(told, mistaken):
                raise Miss(cause)
        factor = told[-1] / right[-1]
        if factor and data.same_profile(told / factor, right):
            raise Miss("scaled")
        raise Miss("profile-wrong")


def profile_of(submission: SubmissionView, layer: messages.Built, X: np.ndarray) -> Any:
    """Asks for a profile, and says of a missing gradient why it is missing."""
    try:
        return submission.gradient_profile(layer, X)
    except Miss as miss:
        error = str(miss.fields.get("error", ""))
        if miss.cause == "raised" and ("None" in error or "for array of dimension 0" in error):
            miss.cause = "not-watched"
        raise


def test_clip(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`clip_by_global_norm` shortens gradients without turning them"""
    rng = streams.generator("clip")
    grads = [rng.normal(size=shape) for shape in ((4,), (3, 5), (2, 2, 3))]
    norm = float(np.sqrt(sum((grad**2).sum() for grad in grads)))
    for share in (0.1, 0.4, 1.5):  # first one that is small beside single numbers, too
        told = clip(submission, grads, share * norm)
        if all(map(data.is_near, told, data.clipped(grads, share * norm))):
            continue
        if share > 1:
            raise Miss("lengthened")
        for cause, mistaken in data.mistaken_clips(grads, share * norm):
            if all(map(data.is_near, told, mistaken)):
                raise Miss(cause)
        raise Miss("clip-wrong")
    clip(submission, [np.zeros(3), np.zeros((2, 2))], 1.0)


def clip(submission: SubmissionView, grads: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Has gradients clipped; each keeps its shape."""
    function = "clip_by_global_norm"
    told = submission.clip_by_global_norm([grad.copy() for grad in grads], max_norm)
    if isinstance(told, list | tuple) and len(told) == 2 and isinstance(told[0], list | tuple):
        raise Miss("norm-too", expected=f"a list of {len(grads)}", received="a list and something else")
    told = expect_items(told, function, len(grads))
    try:
        return [expect_array(each, function, grad.shape) for each, grad in zip(told, grads, strict=True)]
    except Miss as miss:
        if miss.cause == "not-finite" and not any(grad.any() for grad in grads):
            miss.cause = "zero-norm"
        raise


def test_chunks(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`truncated_bptt_chunks` cuts sequences into pieces that go on from each other"""
    rng = streams.generator("chunks")
    n, features = (int(size) for size in rng.permutation([2, 3, 4])[:2])
    for timesteps, k in ((12, 4), (13, 5), (7, 9)):
        X = rng.permutation(n * timesteps * features).reshape(n, timesteps, features).astype("float32")
        y = 1e4 + rng.permutation(n * timesteps).reshape(n, timesteps, 1).astype("float32")
        told = submission.truncated_bptt_chunks(X, y, k)
        judge_pieces(told, data.pieces(X, k), data.pieces(y, k))


def judge_pieces(told: Any, X: list[np.ndarray], y: list[np.ndarray]) -> None:
    """Holds that sequences are cut as asked: `X` and `y` are the right pieces."""
    function = "truncated_bptt_chunks"
    if not isinstance(told, list | tuple):
        expect_items(told, function, len(X))
    if len(told) == 2 and isinstance(told[0], list | tuple) and len(told[0]) == len(X) != 2:
        raise Miss("two-lists", expected="a list of pairs (X_k, y_k)", received="a list of X_k and one of y_k")
    if len(told) == len(X) - 1 and X[-1].shape != X[0].shape:
        raise Miss("rest-dropped", expected=f"{len(X)} pieces", received=f"{len(told)}")
    if len(told) != len(X):
        raise Miss("pieces-number", expected=f"{len(X)} pieces", received=f"{len(told)}")
    for number, pair in enumerate(told):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Miss("no-pairs", expected="pairs (X_k, y_k)", received=in_words(pair))
        for given, right in zip(pair, (X[number], y[number]), strict=True):
            array = np.asarray(given)
            if number and array.shape == X[0].shape != right.shape and number == len(X) - 1:
                raise Miss("rest-padded", expected=shape_in_words(right.shape), received=shape_in_words(array.shape))
            if not np.array_equal(expect_array(given, function, right.shape), right):
                raise Miss("other-rows", expected="row j goes on in row j", received="other steps")


# With a state.


class Sizes:
    """Sizes of a short run, and a model for it in a room of its own."""

    def __init__(self, rooms: Rooms, streams: Streams) -> None:
        self._rooms, self._streams = rooms, streams
        rng = streams.generator("sizes")
        self.batch, self.features = 5, int(rng.integers(2, 4))

    def inputs(self, purpose: str, n: int, timesteps: int) -> np.ndarray:
        return self._streams.generator(purpose).normal(size=(n, timesteps, self.features)).astype("float32")

    def targets(self, purpose: str, n: int, timesteps: int) -> np.ndarray:
        return (self._streams.generator(purpose).random((n, timesteps, 1)) < 0.5).astype("float32")

    def model(self, room: SubmissionView) -> ModelView:
        return expect_model(room.build_stateful(self.batch, self.features), "build_stateful")

    def use(self, room: SubmissionView, model: ModelView) -> None:
        """Runs a model on a batch, so that its state is not empty; one that takes its state as an input has none."""
        with suppress(RoomVerdict):
            room.ask("predict", model=model, x=self.inputs("use", self.batch, 1))


@pytest.fixture(scope="module")
def sizes(rooms: Rooms, streams: Streams) -> Sizes:
    return Sizes(rooms, streams)


class Predictions:
    """A model, not trained, and what a submission predicts with it; a second one has the same weights."""

    def __init__(self, rooms: Rooms, sizes: Sizes, twin: "Predictions | None" = None) -> None:
        self.room, self._sizes = rooms.student(), sizes
        self.model = sizes.model(self.room)
        sizes.use(self.room, self.model)  # a model that is built by its first call has weights from now on
        if twin:
            try:
                weights = twin.room.ask("weights", model=twin.model)
                self.room.ask("set_weights", model=self.model, weights=weights)
            except RoomVerdict as verdict:
                raise self.room.explain(verdict, "build_stateful") from verdict

    def __call__(self, X: np.ndarray, k: int) -> np.ndarray:
        told = self.room.predict_stateful(self.model, X, k, self._sizes.batch)
        try:
            return expect_array(told, "predict_stateful", (*X.shape[:2], 1))
        except Miss as miss:
            if miss.cause == "wrong-shape":
                miss.cause = self._shape_mistake(X, np.asarray(told).shape) or miss.cause
            raise

    def _shape_mistake(self, X: np.ndarray, shape: tuple[int, ...]) -> str:
        """Cause why predictions have another shape: what the model puts out, or how it is put together."""
        with suppress(RoomVerdict):
            output = np.asarray(self.room.ask("predict", model=self.model, x=X[: self._sizes.batch]))
            if output.ndim == 2:
                return "last-output-only"
            if output.ndim == 3 and output.shape[2] != 1:
                return "many-outputs"
        return "pieces-below" if len(shape) == 3 and shape[0] > len(X) else ""


def test_predict(rooms: Rooms, sizes: Sizes, data: ModuleType) -> None:
    """`predict_stateful` carries the state from piece to piece, and no further"""
    X = sizes.inputs("predict", 2 * sizes.batch, 6)
    predict = Predictions(rooms, sizes)
    whole = predict(X, 6)
    if np.ptp(whole) < SAME:
        raise Miss("predict-constant", expected="other predictions for other inputs", received="the same for all")
    if not np.allclose(predict(X, 6), whole, atol=SAME):
        raise Miss("predict-not-emptied", expected="the same predictions", received="others")
    if not np.allclose(predict(X[sizes.batch :], 6), whole[sizes.batch :], atol=SAME):
        raise Miss("predict-leaks", expected="the same predictions", received="others")
    predict = Predictions(rooms, sizes, twin=predict)  # TimeDistributed of Keras takes pieces of one length only
    cut = predict(X, 3)
    if not np.allclose(cut, whole, atol=SAME):
        alone = np.concatenate([predict(piece, 3) for piece in data.pieces(X, 3)], axis=1)
        cause = "k-shows"
        if np.allclose(cut, alone, atol=SAME):
            cause = "predict-emptied" if keeps_state(predict.room, predict.model, X[: sizes.batch]) else "not-stateful"
        raise Miss(cause, expected="the same predictions", received="others")
    try:
        rest = predict(X, 4)
    except Miss as miss:
        if miss.cause == "time-distributed":
            return
        raise
    if not np.allclose(rest, whole, atol=SAME):
        raise Miss("k-shows", expected="the same predictions", received="others")


def keeps_state(room: SubmissionView, model: ModelView, batch: np.ndarray) -> bool:
    """Whether a model itself answers otherwise when it is asked again; one that cannot be asked so may."""
    with suppress(RoomVerdict):
        first, second = (np.asarray(room.ask("predict", model=model, x=batch)) for _ in range(2))
        return not np.allclose(first, second, atol=SAME)
    return True


class Steps:
    """Short trainings, each with a fresh model in a fresh room; what they change in its weights tells how they went."""

    def __init__(self, rooms: Rooms, sizes: Sizes) -> None:
        self._rooms, self._sizes = rooms, sizes
        # One step a sequence: the state is empty before each, if it is emptied before each batch and epoch.
        self.single = rooms.ahead(lambda aside: self.changes(aside, 1, batches=2, epochs=2, used=True))
        # Two steps: the second finds the state that the first has left.
        self.double = rooms.ahead(lambda aside: self.changes(aside, 2))
        self.at_once = rooms.ahead(lambda aside: self.changes(aside, 2, k=2))
        self.other_seed = rooms.ahead(lambda aside: self.changes(aside, 2, seed=2))

    def changes(
        self,
        rooms: Rooms,
        timesteps: int,
        k: int = 1,
        *,
        batches: int = 1,
        epochs: int = 1,
        seed: int = 1,
        used: bool = False,
    ) -> list[np.ndarray]:
        """Change of each array of weights by a training.

        Args:
            rooms: where it takes place.
            timesteps: length of the sequences.
            k: length of a piece.
            batches: number of batches of sequences.
            epochs: number of epochs.
            seed: what the training is given.
            used: whether the model has run before, so that its state is not empty.
        """
        sizes, room = self._sizes, rooms.student()
        model = sizes.model(room)
        before = [] if used else self._weights(room, model)
        if not before:  # used, or built by its first call
            sizes.use(room, model)
            before = self._weights(room, model)
        n = batches * sizes.batch
        X, y = sizes.inputs("steps", n, timesteps), sizes.targets("targets", n, timesteps)
        told = room.fit_stateful(model, X, y, k, epochs, sizes.batch, seed)
        after = self._weights(room, trained_model(told, model))
        if [w.shape for w in before] != [w.shape for w in after]:
            raise Miss("other-model", expected="the model that it is given, trained", received="another model")
        return [b - a for a, b in zip(before, after, strict=True)]

    def moved(self, timesteps: int, k: int = 1, **how: Any) -> list[bool]:
        """Which arrays of weights another training changes."""
        return moved(self.changes(self._rooms, timesteps, k, **how))

    def is_noisy(self) -> bool:
        """Whether trainings with different seeds differ where each sequence is one piece, as they do by dropout.

        Two epochs, since the first step of Adam is the same for gradients of the same sign.
        """
        one, other = (self.changes(self._rooms, 2, k=2, epochs=2, seed=seed) for seed in (1, 2))
        return differ(one, other)

    def stateful(self) -> bool:
        """Whether the model itself keeps a state."""
        room, sizes = self._rooms.student(), self._sizes
        return keeps_state(room, sizes.model(room), sizes.inputs("use", sizes.batch, 1))

    def _weights(self, room: SubmissionView, model: ModelView) -> list[np.ndarray]:
        try:
            return [np.asarray(weight, "float64") for weight in room.ask("weights", model=model)]
        except RoomVerdict as verdict:
            raise room.explain(verdict) from verdict


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what was returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


def moved(changes: list[np.ndarray]) -> list[bool]:
    """Which arrays have changed at all."""
    return [bool(change.any()) for change in changes]


def differ(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    """Whether two trainings differ by more than rounding; the first steps of Adam make much of little."""
    a, b = (np.concatenate([change.ravel() for change in changes]) for changes in (one, other))
    return bool(np.abs(a - b).mean() > 0.02 * np.abs(a).mean())


@pytest.fixture(scope="module", autouse=True)
def steps(rooms: Rooms, sizes: Sizes) -> Steps:
    return Steps(rooms, sizes)


def test_fit(steps: Steps) -> None:
    """`fit_stateful` carries the state while it trains, and no further"""
    single, double = steps.single(), steps.double()
    if not any(moved(double)):
        raise Miss("not-trained", expected="other weights than before", received="the same")
    if moved(single) == moved(double):
        judge_state(steps, moved(single))
    if not differ(double, steps.at_once()):
        raise Miss("k-ignored", expected="another result for another k", received="the same")
    # Rows that change places between two pieces get the state of others; which ones do, a seed decides.
    if differ(double, steps.other_seed()) and not steps.is_noisy():
        raise Miss("rows-shuffled", expected="row j goes on in row j", received="rows in random order")


def judge_state(steps: Steps, single: list[bool]) -> None:
    """Says what happens to the state if what is learned from it does not tell one step from two."""
    recurrent = steps.moved(3, 3)
    if single != recurrent:
        cause = "fit-emptied" if steps.stateful() else "not-stateful"
        raise Miss(cause, expected="a state that is carried on", received="an empty one for each piece")
    if steps.moved(1) == recurrent:
        return  # they change without any state, as by weight decay: nothing can be told
    ways: dict[str, dict[str, Any]] = {
        "fit-leaks-batches": {"batches": 2},
        "fit-leaks-epochs": {"epochs": 2},
        "fit-starts-used": {"used": True},
    }
    leaks = [cause for cause, how in ways.items() if steps.moved(1, **how) == recurrent]
    cause = "fit-never-emptied" if len(leaks) == len(ways) else leaks[0] if leaks else "fit-leaks-epochs"
    raise Miss(cause, expected="an empty state for each batch of sequences", received="what another one has left")


class Training:
    """Trains while gradients are checked; the trained model of each repeat is shared among criteria."""

    BATCH = 32

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self.first_accuracy = rooms.ahead(lambda aside: self._accuracy(aside, first()))
        self.accuracy_without_recurrence = rooms.ahead(lambda aside: self._accuracy(aside, first(), perturbed=True))

    def accuracy(self, repeat: int) -> float:
        """Share of steps at which the alarm is right on unseen sequences, with the seeds of one repeat."""
        if repeat == 0:
            return self.first_accuracy()
        return self._accuracy(self._rooms, self._train(self._rooms, repeat), repeat)

    def _build(self, room: SubmissionView) -> Any:
        return room.build_stateful(self.BATCH, 1)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room = rooms.student()
        rng = self._streams.generator("train", repeat)
        k = int(rng.integers(9, 12))
        X, y = self._data.alarm(rng, 8 * self.BATCH, 4 * k)
        model = expect_model(self._build(room), "build_stateful")
        seed = self._streams.seed("fit", repeat)
        return trained_model(room.fit_stateful(model, X, y, k, 10, self.BATCH, seed), model)

    def _accuracy(self, rooms: Rooms, trained: ModelView, repeat: int = 0, *, perturbed: bool = False) -> float:
        """Predicts in a fresh room, which holds the model and nothing else of the training."""
        rng = self._streams.generator("test", repeat)
        X, y = self._data.alarm(rng, 4 * self.BATCH, 12 * int(rng.integers(4, 6)))
        room = rooms.student()
        model = room.adopt(trained, X[: self.BATCH], self._build)
        if perturbed:
            room.perturb(model, "no recurrence")
        told = room.predict_stateful(model, X, 12, self.BATCH)
        return float(self._data.accuracy(expect_array(told, "predict_stateful", y.shape), y))


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained model raises the alarm on unseen sequences"""
    measure_skill(criterion, record, training.accuracy)


def test_learned(training: Training, record: Record) -> None:
    """The alarm comes from what the model has learned"""
    accuracy = training.accuracy_without_recurrence()
    record.measured("share of steps with all recurrent weights set to zero", accuracy)
    if accuracy > USELESS:
        what = "all weights of its recurrent layers set to zero"
        raise Miss("not-learned", what=what, expected="a useless alarm", received="a good one")
