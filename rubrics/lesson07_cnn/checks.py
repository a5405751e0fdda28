"""Hidden checks of lesson 07. What reaches the LSTM when frames change tells who looked at them, and how."""

from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Blocked,
    CleanModel,
    LayerCall,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    expect_array,
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

BUILD = "build_cnn_lstm"
#: Changes of what the LSTM receives that are smaller than this are rounding.
ROUNDING = 1e-5
#: Who is right as often as this without any LSTM does not need it; single frames give 0.5.
NEEDLESS = 0.65


class Sizes:
    """Sizes of a probe, drawn anew for each secret: never those of the exercise, and no two alike."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_frames = int(rng.choice([5, 7]))
        self.height, self.width = int(rng.integers(12, 14)), int(rng.integers(14, 17))
        self.channels = int(rng.integers(2, 4))
        self.n_classes = int(rng.choice([4, 8, 9]))
        self.clips = rng.uniform(0, 1, size=(3, self.n_frames, *self.frame)).astype("float32")
        self.others = rng.uniform(0, 1, size=self.clips.shape).astype("float32")

    @property
    def frame(self) -> tuple[int, int, int]:
        return self.height, self.width, self.channels

    @property
    def sample(self) -> np.ndarray:
        return self.clips[:1]

    def build(self, submission: SubmissionView) -> ModelView:
        told = submission.build_cnn_lstm(self.n_frames, *self.frame, self.n_classes)
        return expect_model(told, BUILD)


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_builds(submission: SubmissionView, sizes: Sizes) -> None:
    """The model turns clips into a score for each class"""
    view = sizes.build(submission)
    try:
        output = view.clean(sizes.sample).predict(sizes.clips)
    except Miss as miss:
        if miss.cause == "model-fails":
            miss.cause = other_input(view, sizes) or miss.cause
        raise
    expected = (None, sizes.n_classes)
    if output.shape == (len(sizes.clips), sizes.n_classes):
        return
    received = (None, *output.shape[1:])
    by_frame = output.shape == (len(sizes.clips), sizes.n_frames, sizes.n_classes)
    cause = "answer-each-frame" if by_frame else "output-shape"
    raise Miss(cause, expected=shape_in_words(expected), received=shape_in_words(received))


def other_input(view: ModelView, sizes: Sizes) -> str:
    """Why a model does not take clips: which other input it takes instead."""
    others = {
        "without-channels": sizes.sample[..., 0],
        "without-time": sizes.sample[:, 0],
        "sides-swapped": sizes.sample.swapaxes(2, 3),
        "channels-first": np.moveaxis(sizes.sample, -1, 2),
    }
    for cause, other in others.items():
        try:
            view.clean(other).predict(np.ascontiguousarray(other))
        except Miss:
            continue
        return cause
    return ""


# Structure by behaviour: what the LSTM receives.


def reading(calls: list[LayerCall]) -> list[LayerCall]:
    """The calls of layers that read sequences; cells that a loop of the student's calls are as good."""
    return [call for call in calls if call.recurrent or call.kind == "LSTMCell"]


class Front:
    """What lies in front of a model's LSTM, seen from what the LSTM receives."""

    def __init__(self, model: CleanModel, clips: np.ndarray, others: np.ndarray) -> None:
        """Finds the LSTM.

        Args:
            model: the model.
            clips: inputs, [n, frames, height, width, channels].
            others: as many inputs with other frames.

        Raises:
            Miss: there is none.
        """
        self.model, self.clips, self.others = model, clips, others
        self.n_frames = clips.shape[1]
        self.calls = model.calls(clips[:1])
        self.lstm = self._lstm()

    def _lstm(self) -> LayerCall:
        found = reading(self.calls)
        kinds = {call.wraps or call.kind for call in found}
        wanted = "an LSTM that reads the frames"
        if any(kind.startswith("ConvLSTM") for kind in kinds):
            raise Miss("conv-lstm", expected=wanted, received="ConvLSTM2D")
        if not found:
            cause = "conv3d-alone" if {"Conv3D"} & {call.kind for call in self.calls} else "no-lstm"
            raise Miss(cause, expected=wanted, received="none")
        along = [call for call in found if call.kind != "TimeDistributed"]
        if not along:
            raise Miss("lstm-each-frame", expected=wanted, received="an LSTM inside TimeDistributed")
        others = sorted({call.wraps or call.kind for call in along if call.recurrent and not call.is_lstm})
        if others:
            raise Miss("not-lstm", expected="LSTM", received=", ".join(others))
        return along[0]

    def received(self, x: np.ndarray, lstm: LayerCall | None = None, model: CleanModel | None = None) -> np.ndarray:
        """The sequences that an LSTM receives, [n, steps, features]; those of a loop are put together."""
        parts = (model or self.model).received(x, lstm or self.lstm)
        sequence = np.stack(parts, axis=1) if parts and parts[0].ndim == 2 else parts[0]
        if len(parts) > 1 and parts[0].ndim == 3 and all(part.shape[1] == 1 for part in parts):
            sequence = np.concatenate(parts, axis=1)
        if len(sequence) != len(x):
            raise Miss("frames-in-batch", expected="one sequence for each clip", received="one for each frame")
        return sequence

    def rests_on(self, lstm: LayerCall | None = None) -> np.ndarray:
        """Which steps of the LSTM's sequence change when a frame is exchanged: [steps, frames]."""
        n, frames = len(self.clips), self.n_frames
        changed = np.repeat(self.clips[None], frames + 1, axis=0)  # the last one stays as it is
        for frame in range(frames):
            changed[frame, :, frame] = self.others[:, frame]
        told = self.received(changed.reshape(-1, *self.clips.shape[1:]), lstm)
        told = told.reshape(frames + 1, n, *told.shape[1:])
        return np.asarray((np.abs(told[:-1] - told[-1:]) > ROUNDING).any(axis=(1, 3)).T)

    @cached_property
    def sequence(self) -> np.ndarray:
        """What the LSTM receives of the clips."""
        return self.received(self.clips)

    def hold_frames(self) -> None:
        """Holds that each LSTM gets one vector for each frame, or what another LSTM has made of them."""
        readers = [call for call in reading(self.calls) if call.kind != "TimeDistributed"]
        layers = list({call.layer: call for call in reversed(readers)}.values())[::-1]
        for at, lstm in enumerate(layers):
            sample = self.clips[:1]
            if any(self.model.influence(sample, below, lstm).any() for below in layers[:at]):
                continue
            self._hold(lstm, self.rests_on(lstm))

    def _hold(self, lstm: LayerCall, rests_on: np.ndarray) -> None:
        steps, frames = rests_on.shape
        expected = f"{shape_in_words((None, frames, None))} at the LSTM, a vector for each frame"
        received = shape_in_words(lstm.input_shape)
        alike = (steps, frames) == (frames, frames)
        if alike and np.array_equal(rests_on, np.eye(frames, dtype=bool)):
            return
        several = rests_on.sum(axis=1) > 1
        if self._stacked_like_channels():
            cause = "frames-as-channels"
        elif steps == 1:
            cause = "one-step" if several.any() else "frames-lost"
        elif several.any():
            cause = "all-mixed" if rests_on.all() else "neighbours"
        elif steps > frames:
            cause = "parts-as-steps"
        elif steps < frames or not rests_on.any(axis=0).all():
            cause = "frames-lost"
        else:
            cause = "other-order"
        raise Miss(cause, expected=expected, received=received)

    def _stacked_like_channels(self) -> bool:
        """Whether a convolution takes the frames of a clip for channels of one picture."""
        channels = self.n_frames * self.clips.shape[-1]
        return any(weight.ndim == 4 and weight.shape[2] == channels for weight in self.model.weights())

    def hold_shared(self) -> None:
        """Holds that a frame is described alike wherever it stands in a clip."""
        order = np.roll(np.arange(self.n_frames), 1)
        exchanged = self.received(self.clips[:, order])
        if not np.allclose(exchanged, self.sequence[:, order], rtol=1e-4, atol=ROUNDING):
            expected = "with the frames in another order, the same vectors in that order"
            raise Miss("not-shared", expected=expected, received="other vectors")

    def kernels(self) -> list[int]:
        """Places of the weights that are small windows over the picture, moved across it."""
        height, width = self.clips.shape[2:4]
        found = []
        for at, weight in enumerate(self.model.weights()):
            shape = weight.shape[1:] if weight.ndim == 5 and weight.shape[0] == 1 else weight.shape
            if len(shape) == 4 and max(shape[:2]) > 1 and (shape[0] < height or shape[1] < width):
                found.append(at)
        return found

    def hold_both(self) -> None:
        """Holds that there are a CNN and an LSTM, in brief."""
        self.hold_frames()
        if not self.kernels():
            raise Miss("no-convolution")


def front_of(submission: SubmissionView, sizes: Sizes) -> tuple[ModelView, Front]:
    view = sizes.build(submission)
    return view, Front(view.clean(sizes.sample), sizes.clips, sizes.others)


def test_frames(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """The LSTM receives one vector for each frame, made of that frame alone"""
    try:
        front_of(submission, sizes)[1].hold_frames()
    except Miss as miss:
        names = {"not-lstm": miss.received, "conv-lstm": "ConvLSTM2D", "conv3d-alone": "Conv3D", "neighbours": "Conv3D"}
        name = names.get(miss.cause, "LSTM")
        miss.place = miss.place or next(iter(source.calls(name, within=BUILD)), None)
        raise


def test_cnn(submission: SubmissionView, sizes: Sizes) -> None:
    """One and the same convolution looks at every frame"""
    view, front = front_of(submission, sizes)
    front.hold_shared()
    kernels = front.kernels()
    if not kernels:
        pixels = np.prod(sizes.frame)
        is_flat = front.sequence.shape[-1] == pixels and np.allclose(
            np.sort(front.sequence, axis=-1), np.sort(sizes.clips.reshape(3, sizes.n_frames, -1), axis=-1), atol=1e-4
        )
        kinds = {call.wraps or call.kind for call in front.calls}
        cause = "flat" if is_flat else "conv1d" if "Conv1D" in kinds else "no-convolution"
        received = f"{front.sequence.shape[-1]} numbers for each frame"
        raise Miss(cause, expected="features that a convolution has found", received=received)
    silent = without_kernels(view, front, kernels, sizes)
    if not np.allclose(silent, silent[:1], atol=ROUNDING):
        received = "something that still depends on the frames"
        raise Miss("around", expected="with a silent convolution, the same for all clips", received=received)


def without_kernels(view: ModelView, front: Front, kernels: list[int], sizes: Sizes) -> np.ndarray:
    """What the LSTM receives when all convolutions have kernels of zeros."""
    weights = [np.zeros_like(one) if at in kernels else one for at, one in enumerate(front.model.weights())]
    model = front.model
    try:
        model.set_weights(weights)
    except Blocked:  # a frozen graph: its weights can only be changed where it was made
        try:
            view.view.ask("set_weights", model=view, weights=weights)
        except RoomVerdict as verdict:
            raise view.view.explain(verdict, BUILD) from verdict
        model = view.clean(sizes.sample)
    return front.received(sizes.clips, model=model)


def test_features(submission: SubmissionView, sizes: Sizes) -> None:
    """`frame_features` gives what the LSTM receives"""
    view, front = front_of(submission, sizes)
    sizes.build(submission)  # so that what was built last tells nothing of the model that is asked about
    truth = front.sequence
    told = expect_array(submission.frame_features(view, sizes.clips.copy()), "frame_features")
    if told.shape == truth.shape and np.allclose(told, truth, rtol=1e-3, atol=1e-4):
        return
    scores = front.model.predict(sizes.clips)
    n, steps, features = truth.shape
    behind = {call.output_shape[1:] for call in reading(front.calls)}
    if told.shape == scores.shape and np.allclose(told, scores, atol=1e-4):
        cause = "gives-scores"
    elif told.shape == (n * steps, features):
        cause = "not-unfolded"
    elif told.shape == (n, steps * features):
        cause = "in-one-row"
    elif told.shape[1:] in behind:
        cause = "behind-lstm"
    elif told.size == sizes.clips.size and truth.size != told.size:
        cause = "gives-pixels"
    elif told.ndim > 3 and told.shape[:2] == (n, steps):
        cause = "gives-maps"
    else:
        cause = "other-features" if told.shape == truth.shape else "features-shape"
    wanted = f"{shape_in_words(truth.shape)} for this model and {n} clips"
    raise Miss(cause, expected=wanted, received=shape_in_words(told.shape))


# Training, which goes on while the structure is checked.


class Training:
    """Trains while the structure is checked; the trained model of each repeat is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self._first = rooms.ahead(lambda aside: self._answers(aside, first()))
        self._first_silenced = rooms.ahead(lambda aside: self._answers(aside, first(), is_silenced=True))
        self.front = rooms.ahead(lambda aside: self._front(aside, first()))

    def accuracy(self, repeat: int) -> float:
        """Share of right answers on unseen clips after a training with the seeds of one repeat."""
        told = self._first() if repeat == 0 else self._answers(self._rooms, self._train(self._rooms, repeat), repeat)
        return float(self._data.accuracy(told, self._unseen(repeat)[1]))

    def accuracy_without_lstm(self) -> float:
        """The same once the LSTM's weights are zero."""
        return float(self._data.accuracy(self._first_silenced(), self._unseen()[1]))

    def is_the_models_own(self) -> bool:
        """Whether the answers are those of the trained model itself, as it is in the clean room."""
        scores = self.front().model.predict(self._unseen()[0])
        return scores.shape == (400, 4) and float(np.mean(scores.argmax(axis=1) == self._first())) > 0.95

    def diagnosis(self) -> str:
        """Why the answers are as bad as they are, as far as they tell."""
        told, truth = self._first(), self._unseen()[1]
        if len(np.unique(told)) == 1:
            return "always-the-same"
        if self._data.accuracy(self._data.lies(told), self._data.lies(truth)) < 0.75:
            return "guessing"
        if self._data.accuracy(told, truth) > 0.65:
            return "skill-missed"
        return "where-lost" if self._is_blind_to_places() else "lies-or-stands"

    def _is_blind_to_places(self) -> bool:
        """Whether what the LSTM receives of most bars is the same when they move."""
        n_frames, size = self._shape()
        bars = self._data.bars(size)[:, None]  # [heights * places, 1, size, size, 1]
        told = self.front().received(np.repeat(bars, n_frames, axis=1))[:, 0].reshape(4, size, -1)[:, 2:-2]
        moved = np.abs(told[:, 4:] - told[:, :-4]).max(axis=-1)  # poolings over 2 or 4 see the same again
        return bool(np.mean(moved < 0.05 * np.ptp(told)) > 0.5)

    def _shape(self, repeat: int = 0) -> tuple[int, int]:
        """Frames of a clip, and rows and columns of a frame."""
        rng = self._streams.generator("shape", repeat)
        return int(rng.integers(6, 8)), int(rng.integers(11, 14))

    def _unseen(self, repeat: int = 0) -> tuple[np.ndarray, np.ndarray]:
        rng = self._streams.generator("test", repeat)
        X, y = self._data.drifting_bar(rng, 400, *self._shape(repeat))
        return X, y

    def _build(self, room: SubmissionView, repeat: int) -> Any:
        n_frames, size = self._shape(repeat)
        return room.build_cnn_lstm(n_frames, size, size, 1, 4)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room = rooms.student()
        rng = self._streams.generator("train", repeat)
        X, y = self._data.drifting_bar(rng, int(rng.integers(250, 270)), *self._shape(repeat))
        model = expect_model(self._build(room, repeat), BUILD)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model)

    def _answers(self, rooms: Rooms, trained: ModelView, repeat: int = 0, is_silenced: bool = False) -> np.ndarray:
        """Answers of a fresh room, which holds the model and nothing else of the training."""
        X, y = self._unseen(repeat)
        room = rooms.student()
        model = room.adopt(trained, X[:1], lambda fresh: self._build(fresh, repeat))
        if is_silenced:
            room.perturb(model, "no recurrence")
        told = expect_array(room.predict_direction(model, X), "predict_direction")
        if told.shape == (len(X), 4):
            raise Miss("scores-not-classes", expected=shape_in_words(y.shape), received=shape_in_words(told.shape))
        if told.shape == (4,):
            raise Miss("wrong-axis", expected=shape_in_words(y.shape), received="(4,)")
        told = expect_array(told, "predict_direction", y.shape)
        if not np.isin(told, range(4)).all():
            raise Miss("not-classes", expected="0, 1, 2 or 3 for each clip", received="other numbers")
        return told

    def _front(self, rooms: Rooms, trained: ModelView) -> Front:
        """What train leaves, which may be another model than the one that it was given."""
        X = self._unseen()[0]
        return Front(rooms.clean.take(trained, X[:1]), X[:3], X[3:6])


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained model tells the direction in unseen clips"""
    try:
        measure_skill(criterion, record, training.accuracy)
    except Miss as miss:
        if miss.cause == "skill-missed":
            miss.cause = training.diagnosis()
        raise


def test_learned(training: Training, record: Record) -> None:
    """The answers come from what the LSTM has learned"""
    try:
        training.front().hold_both()
    except Miss as miss:
        raise Miss("other-model", expected="the model that it is given, trained", received="another model") from miss
    # Clips may be scaled before the model sees them, or the answers made up by who can tell a test from the real
    # thing: what they rest on is known from the submission's own process alone.
    record.provisional |= not training.is_the_models_own()
    share = training.accuracy_without_lstm()
    record.measured("share of right answers with all LSTM weights set to zero", share)
    if share > NEEDLESS:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="useless answers", received="good ones")


# The comparison: a call back stands for training and scoring.


def test_compare(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`compare_with_flat` compares with an LSTM that is given bare pixels"""
    rng = streams.generator("scores")
    scores, seeds, n_clips = data.Scores(float(rng.uniform(0, 0.01))), (3, 14, 15), int(rng.integers(40, 200))
    told = submission.compare_with_flat(scores.score, n_clips, seeds)
    told = expect_mapping(told, "compare_with_flat", tuple(scores.runs))
    unfair = scores.unfair(n_clips, seeds)
    if unfair:
        cause, fields = unfair
        raise Miss(cause, **fields)
    means = {kind: float(np.mean([score for _, _, score in made])) for kind, made in scores.runs.items()}
    found = {kind: expect_number(told[kind], "compare_with_flat") for kind in means}
    if np.allclose([found["flat"], found["cnn_lstm"]], [means["cnn_lstm"], means["flat"]], rtol=1e-4):
        raise Miss("exchanged", expected="each mean under its own name", received="each under the other's")
    for kind, mean in means.items():
        if not np.isclose(found[kind], mean, rtol=1e-4):
            best = max(score for _, _, score in scores.runs[kind])
            cause = "best-run" if np.isclose(found[kind], best, rtol=1e-4) else "not-the-mean"
            raise Miss(cause, kind=kind, expected="the mean of its scores", received="another number")
