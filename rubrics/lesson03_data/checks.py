"""Hidden checks of lesson 03: properties of what comes back, and no way of getting there is asked for.

All values of a series differ, so a wrong number tells what went wrong. Params of a scaler are opaque: they are handed
back as they came.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from grader.judge import (
    Miss,
    Rooms,
    SubmissionView,
    expect_array,
    expect_items,
    expect_mapping,
    expect_number,
    in_words,
    shape_in_words,
)
from grader.judge.context import Record
from grader.model import Outcome
from grader.rooms.verdicts import RoomVerdict
from grader.seeds import Streams

FRAME, SPLIT, PAD = "series_to_supervised", "split_long_sequence", "pad_sequences_to"
#: How far a scaled feature of the training rows may spread, and how far from 0 its mean may lie.
SPREAD, FARTHEST = (0.5, 20.0), 3.0
#: Keras computes in 32 bits; a padded and an unpadded sequence have been seen to differ by 1e-7.
ROUNDING = 1e-5


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def as_numbers(told: Any) -> np.ndarray | None:
    """An array of what a function returned, for finding out what is wrong with it; None if these are no numbers."""
    try:
        array = np.asarray(told)
    except ValueError:  # ragged lists
        return None
    return array if array.dtype.kind in "biuf" else None


class Scaler:
    """The submission's scaler, fitted on some rows."""

    def __init__(self, submission: SubmissionView, train: np.ndarray) -> None:
        self._submission = submission
        self.params = submission.fit_scaler(train)
        if self.params is None:
            raise Miss("returned-none", function="fit_scaler", expected="what scale and unscale need", received="None")

    def scale(self, rows: np.ndarray) -> np.ndarray:
        scaled = self._submission.scale(rows, self.params)
        gaps = np.isnan(rows)
        if gaps.any():
            scaled = without_gaps(scaled, gaps)
        return expect_array(scaled, "scale", rows.shape)

    def unscale(self, scaled: np.ndarray) -> np.ndarray:
        return expect_array(self._submission.unscale(scaled, self.params), "unscale", scaled.shape)


def without_gaps(scaled: Any, gaps: np.ndarray) -> Any:
    """Scaled rows with 0 in the place of gaps, where there has to be NaN."""
    array = as_numbers(scaled)
    if array is None or array.shape != gaps.shape:
        return scaled  # said elsewhere
    if np.isnan(array[~gaps]).any():
        raise Miss("gaps-spread", expected="NaN in the gaps alone", received="NaN elsewhere, too")
    if not np.isnan(array[gaps]).all():
        raise Miss("gaps-filled", expected="NaN in the gaps", received="other values")
    return np.where(gaps, 0.0, array)


def test_scale(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`scale` brings each feature into a small range, with numbers of the training rows alone"""
    rng = streams.generator("scale")
    rows = data.log(rng, int(rng.integers(60, 90)), 3)
    train, later = rows[:40], rows[40:] + 2 * data.spread(rows)
    scaler = Scaler(submission, train)
    scaled = scaler.scale(train)
    lines = data.Lines.through(train, scaled)
    judge_lines(lines, train, scaled, data)
    judge_range(scaled, data)
    judge_same_lines(lines, later, scaler.scale(later), data)

    Scaler(submission, data.log(rng, 30, 3))
    if not lines.fit(later, scaler.scale(later)):
        raise Miss("params-ignored", expected="the numbers in params", received="those of the last call of fit_scaler")

    constant = train.copy()
    constant[:, 1] = constant[0, 1]
    try:
        Scaler(submission, constant).scale(constant)
    except Miss as miss:
        if miss.cause in ("not-finite", "raised"):
            miss.cause = "constant-feature"
        raise

    gappy = data.with_gaps(rng, train, 3)
    scaled = Scaler(submission, gappy).scale(gappy)
    if not data.Lines.through(gappy, scaled).fit(gappy, scaled):
        raise Miss("not-a-line", expected="value * factor + shift", received="something else where there are gaps")


def judge_lines(lines: Any, rows: np.ndarray, scaled: np.ndarray, data: ModuleType) -> None:
    """Holds that each feature is scaled by a factor and a shift of its own."""
    if np.allclose(scaled, rows, rtol=1e-6):
        raise Miss("not-scaled", expected="values in a small range", received="the values as they were")
    if not lines.fit(rows, scaled):
        levels = (scaled.min(axis=1), scaled.max(axis=1)), (scaled.mean(axis=1), scaled.std(axis=1))
        by_row = any(all(np.ptp(level) < 1e-3 for level in pair) for pair in levels)
        cause = "scaled-by-row" if by_row else "not-a-line"
        raise Miss(cause, expected="value * factor + shift, the same two for all rows of a feature", received="others")
    spreads = data.spread(scaled)
    if np.allclose(lines.slope, lines.slope[0], rtol=1e-3) and spreads.max() > 10 * spreads.min():
        raise Miss("one-scale", expected="a factor and a shift for each feature", received="the same for all")


def judge_range(scaled: np.ndarray, data: ModuleType) -> None:
    """Holds that each feature of the training rows lies in a small range."""
    spreads, middles = data.spread(scaled), np.abs(scaled.mean(axis=0))
    low, high = SPREAD
    wrong = (spreads < low) | (spreads > high) | (middles > FARTHEST)
    if wrong.any():
        worst = scaled[:, int(np.argmax(wrong))]
        raise Miss(
            "wrong-range", expected="0 to 1, or some -3 to 3", received=f"{worst.min():.3g} to {worst.max():.3g}"
        )


def judge_same_lines(lines: Any, rows: np.ndarray, scaled: np.ndarray, data: ModuleType) -> None:
    """Holds that rows after the training rows are scaled as these are."""
    if lines.fit(rows, scaled):
        return
    expected = "the factor and shift of the training rows"
    if data.Lines.through(rows, scaled).fit(rows, scaled) and data.spread(scaled).min() > 1e-3:
        raise Miss("scaled-anew", expected=expected, received="others for other rows")
    wanted = lines.slope * rows + lines.shift
    cut = np.abs(wanted - scaled) > 1e-3
    is_clipped = all(np.ptp(scaled[cut[:, at], at]) < 1e-3 for at in range(rows.shape[1]) if cut[:, at].any())
    raise Miss("clipped" if is_clipped else "scaled-anew", expected=expected, received="others for other rows")


def test_unscale(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`unscale` undoes it"""
    rng = streams.generator("unscale")
    rows = data.log(rng, 60, 3)
    scaler = Scaler(submission, rows[:50])
    later = rows[50:55]  # few rows, whose own range is another one
    scaled = scaler.scale(later)
    back = scaler.unscale(scaled)
    allowed = 1e-3 * data.spread(rows)
    if (np.abs(back - later) > allowed).any():
        cause = "not-undone"
        if np.allclose(back, scaled):
            cause = "unscale-does-nothing"
        elif (np.ptp(back - later, axis=0) <= allowed).all():
            cause = "shift-not-undone"
        elif np.allclose(np.ptp(back, axis=0), np.ptp(scaled, axis=0), rtol=1e-3):
            cause = "factor-not-undone"
        raise Miss(cause, expected="the rows before scaling", received="other values")
    constant = rows[:50].copy()
    constant[:, 2] = constant[0, 2]
    scaler = Scaler(submission, constant)
    if (np.abs(scaler.unscale(scaler.scale(constant)) - constant) > allowed).any():
        raise Miss("constant-lost", expected="the constant", received="another value")


# Categories.


def test_one_hot(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """Labels become one-hot codes, and codes become labels again"""
    rng = streams.generator("one hot")
    count = int(rng.integers(5, 9))
    numbers = rng.choice(np.arange(10, 90), count, replace=False).tolist()
    for vocab in (list(range(1, count + 1)), data.words(rng, count), numbers):
        used = rng.permutation(count)[: count - 2]  # some labels of the vocabulary never occur
        columns = np.append(used, rng.choice(used, 7))
        judge_codes(submission, vocab, columns)
    for vocab, stranger in ((list(range(count)), -1), (data.words(rng, count), "?")):
        judge_stranger(submission, vocab, stranger)
    for vocab in (data.words(rng, count), numbers):
        judge_decoded(submission, vocab, rng)


def judge_codes(submission: SubmissionView, vocab: list[Any], columns: np.ndarray) -> None:
    """Holds that labels get the codes of their columns."""
    labels, shape = [vocab[column] for column in columns], (len(columns), len(vocab))
    try:
        told = submission.one_hot_encode(labels, vocab)
    except Miss as miss:
        if miss.fields.get("type") == "IndexError":
            miss.cause = "labels-as-columns"
        raise
    codes = as_numbers(told)
    if codes is not None and codes.shape != shape:
        received, expected = shape_in_words(codes.shape), shape_in_words(shape)
        if codes.shape == (len(labels),):
            raise Miss("one-number-a-label", expected=expected, received=received)
        if codes.shape == (len(labels), len(set(labels))):
            raise Miss("seen-labels-only", expected=expected, received=received)
        largest = max(label if isinstance(label, int) else 0 for label in labels)
        if codes.ndim == 2 and codes.shape[1] in (largest, largest + 1):  # the first may have been left out
            raise Miss("labels-as-columns", expected=expected, received=received)
    codes = expect_array(told, "one_hot_encode", shape)
    if np.array_equal(codes, np.eye(len(vocab))[columns]):
        return
    if not (np.isin(codes, (0, 1)).all() and (codes.sum(axis=1) == 1).all()):
        raise Miss("not-one-hot", expected="one 1 in each row, 0 elsewhere", received="other rows")
    if codes.argmax(axis=1).tolist() == labels:
        raise Miss("labels-as-columns", expected="column j for vocab[j]", received="column j for the label j")
    raise Miss("other-columns", expected="column j for vocab[j]", received="another order")


def judge_stranger(submission: SubmissionView, vocab: list[Any], stranger: Any) -> None:
    """Holds that a label which is not in the vocabulary gets no code of another label."""
    try:
        codes = submission.one_hot_encode([vocab[0], stranger], vocab)
    except Miss as miss:
        if miss.outcome is Outcome.FAILED and miss.fields.get("type"):
            return  # an error is as good
        raise
    if expect_array(codes, "one_hot_encode", (2, len(vocab)))[1].any():
        raise Miss("stranger", expected="an error, or a row of zeros", received="the code of another label")


def judge_decoded(submission: SubmissionView, vocab: list[Any], rng: np.random.Generator) -> None:
    """Holds that codes and probabilities give the labels of their largest numbers."""
    columns = rng.integers(len(vocab), size=9)
    exact = np.eye(len(vocab))[columns]
    probable = 0.05 + 0.3 * rng.random(exact.shape) + 0.2 * exact
    for codes, cause in ((exact, "wrong-labels"), (probable / probable.sum(axis=1, keepdims=True), "probabilities")):
        largest = codes.argmax(axis=1)
        told = submission.one_hot_decode(codes, vocab)
        told = told.tolist() if isinstance(told, np.ndarray) and told.ndim == 1 else told
        items = expect_items(told, "one_hot_decode", len(codes))
        labels = [np.ravel(item).tolist() if isinstance(item, np.ndarray) else item for item in items]
        labels = [label[0] if isinstance(label, list) and len(label) == 1 else label for label in labels]
        if labels == [vocab[column] for column in largest]:
            continue
        expected, received = "labels of vocab", in_words(labels[0])
        if labels == largest.tolist():
            raise Miss("column-numbers", expected=expected, received="numbers of columns")
        raise Miss(cause, expected=expected, received=received if cause == "wrong-labels" else "other labels")


# Missing values.


def test_mask(submission: SubmissionView, rooms: Rooms, streams: Streams, data: ModuleType, record: Record) -> None:
    """`choose_mask_value` gives a number by which Keras tells padding from values"""
    rng = streams.generator("mask")
    rows = data.walk(rng, 40, 2)
    scaled = (rows - rows.min(axis=0)) / np.ptp(rows, axis=0)  # 0 and 1 occur
    standard = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    for values in (scaled, np.round(30 * scaled) - 1, standard, 1000 * rows, -50 - 20 * scaled):
        choose(submission, data.with_gaps(rng, values, 3))
    chosen = choose(submission, scaled)

    # Of two lengths, one with steps of which both features have their smallest value.
    sequences = [scaled[:3], np.concatenate([np.zeros((2, 2)), scaled[5:8]])]
    model = rooms.clean.build(*data.masking_model(rng, 2, chosen))
    together = read_by_keras(rooms, model, data.padded(sequences, 7, "pre", "pre", chosen))
    alone = [read_by_keras(rooms, model, sequence[None]) for sequence in sequences]
    apart = float(np.abs(together - np.concatenate(alone)).max())
    record.measured("largest difference of a Keras model's outputs, padded and alone", apart)
    if not apart < ROUNDING:
        raise Miss("mask-fails", expected="the same outputs", received="others")


def choose(submission: SubmissionView, values: np.ndarray) -> float:
    """The mask value that the submission chooses, outside the values."""
    try:
        chosen = expect_number(submission.choose_mask_value(values), "choose_mask_value")
    except Miss as miss:
        if miss.cause == "not-finite":
            miss.cause = "nan-mask"
        raise
    chosen32, values32 = np.float32(chosen), values[~np.isnan(values)].astype("float32")  # as Keras sees them
    if not np.isfinite(chosen32):
        raise Miss("not-finite", function="choose_mask_value", expected="a finite number", received=f"{chosen:g}")
    if values32.min() <= chosen32 <= values32.max():
        cause = "mask-occurs" if (values32 == chosen32).any() else "mask-inside"
        raise Miss(cause, expected="a number outside the range of the values", received=f"{chosen:g}")
    return chosen


def read_by_keras(rooms: Rooms, model: Any, x: np.ndarray) -> np.ndarray:
    """What a Keras model of the judge's own makes of an array."""
    try:
        return np.asarray(rooms.clean.ask("predict", model=model, x=x.astype("float32")))
    except RoomVerdict as verdict:
        raise Miss("mask-fails", expected="an output", received=str(verdict)) from verdict


def test_fill(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`fill_missing` fills every gap, keeps every value, and tells which is which"""
    rng = streams.generator("fill")
    for n_features, mask_value in ((3, -7.25), (1, 40.5)):
        values = data.walk(rng, int(rng.integers(30, 45)), n_features)
        series = data.with_gaps(rng, values, 4)
        gaps = np.isnan(series)
        told = expect_items(submission.fill_missing(series, mask_value), "fill_missing", 2)
        judge_filled(told[0], series, mask_value)
        judge_indicator(told[1], gaps)


def judge_filled(told: Any, series: np.ndarray, mask_value: float) -> None:
    """Holds that gaps hold the mask value, and nothing else has changed."""
    gaps = np.isnan(series)
    array = as_numbers(told)
    if array is not None and array.ndim == 2 and len(array) < len(series):
        raise Miss("rows-lost", expected=str(len(series)), received=f"{len(array)}")
    try:
        filled = expect_array(told, "fill_missing", series.shape)
    except Miss as miss:
        if miss.cause == "not-finite":
            miss.cause = "gaps-left"
        raise
    if not np.allclose(filled[~gaps], series[~gaps], rtol=1e-5):
        raise Miss("values-changed", expected="the values as they were", received="others")
    if not np.allclose(filled[gaps], mask_value, rtol=1e-5):
        raise Miss("guessed", expected="mask_value in each gap", received="other numbers")


def judge_indicator(told: Any, gaps: np.ndarray) -> None:
    """Holds that the second result tells where the gaps were."""
    array = as_numbers(told)
    if array is not None and array.size == len(gaps) != gaps.size:
        expected, received = shape_in_words(gaps.shape), shape_in_words(array.shape)
        raise Miss("indicator-by-row", expected=expected, received=received)
    is_missing = expect_array(told, "fill_missing", gaps.shape)
    if np.array_equal(is_missing, gaps):
        return
    if np.array_equal(is_missing, ~gaps):
        raise Miss("indicator-inverted", expected="True in a gap", received="False in a gap")
    if np.array_equal(is_missing, np.broadcast_to(gaps.any(axis=1, keepdims=True), gaps.shape)):
        raise Miss("indicator-by-row", expected="True for the features that are missing", received="True for all")
    raise Miss("indicator-wrong", expected="True in each gap, False elsewhere", received="others")


# Framing.


def test_frame(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`series_to_supervised` frames a series as samples of input and output"""
    rng = streams.generator("frame")
    sizes = [(40, 5, 3, 2), (37, 4, 1, 3), (33, 1, 2, 3), (11, 7, 4, 2), (30, 6, 2, 1)]  # (11, 7, 4): one sample
    for base, n_in, n_out, n_features in sizes:
        n = base + (int(rng.integers(1, 9)) if base > n_in + n_out else 0)
        series = data.walk(rng, n, n_features)
        Frames(submission, series, n_in, n_out, data).judge(series)
    series = data.walk(rng, 25, 1)
    Frames(submission, series, 4, 2, data).judge(series[:, 0])


class Frames:
    """One task of framing: what should come out, and how to find out what came out instead."""

    def __init__(self, submission: SubmissionView, series: np.ndarray, n_in: int, n_out: int, data: ModuleType) -> None:
        self.series, self.n_in, self.n_out, self._data = series, n_in, n_out, data
        self._submission = submission
        self.X, self.y = data.frames(series, n_in, n_out)

    def judge(self, given: np.ndarray) -> None:
        """Calls the submission with the series, in whatever shape it is given, and judges both arrays."""
        told = self._submission.series_to_supervised(given, self.n_in, self.n_out)
        X, y = expect_items(told, FRAME, 2)
        self._judge_delay(as_numbers(X), as_numbers(y))
        X, y = self._shaped(X, "`X`", self.X.shape), self._shaped(y, "`y`", self.y.shape)
        self._judge_inputs(X)
        self._judge_outputs(y)

    def _judge_delay(self, X: np.ndarray | None, y: np.ndarray | None) -> None:
        """Finds targets that begin too late, before the samples are missed that then do not fit."""
        if X is None or y is None or X.shape[1:] != self.X.shape[1:] or y.shape[1:] != self.y.shape[1:]:
            return
        count = min(len(X), len(y))
        if not 0 < count <= len(self.X):
            return
        late = self._rows(y[:count]) - self._rows(self.y[:count])
        on_time = np.array_equal(self._rows(X[:count]), self._rows(self.X[:count]))
        if on_time and late.flat[0] > 0 and np.mean(late == late.flat[0]) > 0.8:
            raise Miss("target-late", expected="the steps right after the window", received="later ones")

    def _rows(self, numbers: np.ndarray) -> np.ndarray:
        return np.asarray(self._data.Origins.of(numbers, self.series).time)

    def _shaped(self, told: Any, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """One of the two arrays, in the shape asked for."""
        array = expect_array(told, FRAME)
        if array.shape == shape:
            return array
        samples, steps, features = shape
        received, expected = shape_in_words(array.shape), shape_in_words(shape)
        if name == "`y`" and array.shape == (samples, steps) and features > 1:
            raise Miss("target-column", expected=expected, received=received)
        if array.ndim < 3:
            raise Miss("axis-missing", array=name, expected=expected, received=received)
        if array.shape[1:] == (steps, features):
            n, n_in, n_out = len(self.series), self.n_in, self.n_out
            cause = "too-few-samples" if len(array) < samples else "too-many-samples"
            case = f"a series of {n} steps with n_in={n_in} and n_out={n_out}"
            raise Miss(cause, expected=f"{samples} samples", received=f"{len(array)} samples", case=case)
        if array.shape == (samples, features, steps):
            raise Miss("axes-swapped", array=name, expected=expected, received=received)
        if name == "`y`" and array.shape == (samples, steps, 1):
            raise Miss("target-column", expected=expected, received=received)
        raise Miss("frame-shape", array=name, expected=expected, received=received)

    def _judge_inputs(self, X: np.ndarray) -> None:
        if np.allclose(X, self.X, rtol=1e-5, atol=1e-4):
            return
        got, want = self._data.Origins.of(X, self.series), self._data.Origins.of(self.X, self.series)
        if (got.time < 0).any():
            raise Miss("made-up", array="`X`", expected="values of the series", received="other numbers")
        if np.array_equal(got.time[:, ::-1], want.time):
            raise Miss("backwards", expected="the oldest step first", received="the newest step first")
        if np.array_equal(np.sort(whole(got), axis=1), np.sort(whole(want), axis=1)):
            raise Miss("scrambled", array="`X`", expected="one row a step, one column a feature", received="others")
        if np.array_equal(np.sort(got.time[:, 0, 0]), want.time[:, 0, 0]) and np.all(np.diff(got.time, axis=1) == 1):
            raise Miss("shuffled-samples", expected="samples in order of time", received="another order")
        raise Miss("other-windows", array="`X`", expected="n_in steps in a row, from each place", received="others")

    def _judge_outputs(self, y: np.ndarray) -> None:
        if np.allclose(y, self.y, rtol=1e-5, atol=1e-4):
            return
        got, want = self._data.Origins.of(y, self.series), self._data.Origins.of(self.y, self.series)
        if (got.time < 0).any():
            raise Miss("made-up", array="`y`", expected="values of the series", received="other numbers")
        if np.array_equal(got.time, want.time):
            raise Miss("target-column", expected="the feature of each column", received="another feature")
        if np.array_equal(np.sort(whole(got), axis=1), np.sort(whole(want), axis=1)):
            raise Miss("scrambled", array="`y`", expected="one row a step, one column a feature", received="others")
        if (got.time < want.time[:, :1, :1]).any():
            raise Miss("target-in-window", expected="the steps after the window", received="a step inside it")
        raise Miss("other-windows", array="`y`", expected="the n_out steps after each window", received="others")


def whole(origins: Any) -> np.ndarray:
    """One number for each place in a series, [samples, steps * features]."""
    places = origins.time * 16 + origins.feature
    return np.asarray(places.reshape(len(places), -1))


def test_split(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`split_long_sequence` cuts a long sequence into pieces"""
    rng = streams.generator("split")
    # Steps, length, overlap: with a rest and without, all in one piece, most of a piece shared.
    for n, length, overlap in ((47, 6, 0), (50, 7, 2), (36, 9, 0), (41, 8, 5), (9, 9, 0)):
        x = data.walk(rng, n, 2)
        told = submission.split_long_sequence(x, length, overlap)
        judge_pieces(expect_array(told, SPLIT), x, length, overlap, data)


def judge_pieces(told: np.ndarray, x: np.ndarray, length: int, overlap: int, data: ModuleType) -> None:
    """Holds that a sequence was cut as asked, or says how else."""
    step, n = length - overlap, len(x)
    wanted = data.pieces(x, length, step, (n - length) % step)
    if same(told, wanted):
        return
    if told.ndim < 3:
        received = shape_in_words(told.shape)
        raise Miss("axis-missing", array="The result", expected=shape_in_words(wanted.shape), received=received)
    if same(told, data.pieces(x, length, step, 0)):
        raise Miss("newest-lost", expected="pieces up to the last step", received="pieces from the first step on")
    known: dict[str, np.ndarray] = {}
    if overlap:
        known["overlap-ignored"] = data.pieces(x, length, length, (n - length) % length)
        known["overlap-as-step"] = data.pieces(x, length, overlap, (n - length) % overlap)
    for cause, wrong in known.items():
        if same(told, wrong):
            raise Miss(cause, expected=f"{len(wanted)} pieces", received=f"{len(told)} pieces")
    case = f"{n} steps with length={length} and overlap={overlap}"
    if told.shape[1:] != wanted.shape[1:] or len(told) != len(wanted):
        expected, received = shape_in_words(wanted.shape), shape_in_words(told.shape)
        raise Miss("pieces-shape", case=case, expected=expected, received=received)
    raise Miss("other-pieces", case=case, expected="steps in a row, the newest last", received="others")


def test_pad(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`pad_sequences_to` brings sequences of differing length into one array"""
    rng = streams.generator("pad")
    for padding, truncating, value in (
        ("pre", "pre", -1.0),
        ("post", "post", -2.5),
        ("pre", "post", 9.0),
        ("post", "pre", 0.0),
    ):
        maxlen, n_features = int(rng.integers(5, 8)), int(rng.integers(2, 4))
        lengths = [3, maxlen, 1, maxlen + 4, 2, 0, maxlen + 1]
        sequences = data.ragged(rng, lengths, n_features)
        told = pad_without_error(submission, sequences, maxlen, padding, truncating, value)
        judge_padded(told, sequences, (maxlen, padding, truncating, value), data)
    told = submission.pad_sequences_to(sequences, maxlen)  # all that has a default
    judge_padded(told, sequences, (maxlen, "pre", "pre", 0.0), data)


def pad_without_error(submission: SubmissionView, sequences: list[np.ndarray], *asked: Any) -> Any:
    """Has sequences padded; an error that only an empty one brings about has a name of its own."""
    names = ("maxlen", "padding", "truncating", "value")
    named = dict(zip(names, asked, strict=True))
    try:
        return submission.pad_sequences_to(sequences, **named)
    except Miss as miss:
        if miss.fields.get("type"):
            submission.pad_sequences_to([sequence for sequence in sequences if len(sequence)], **named)
            miss.cause = "empty-sequence"
        raise


def judge_padded(told: Any, sequences: list[np.ndarray], asked: tuple[int, str, str, float], data: ModuleType) -> None:
    """Holds that sequences were padded as asked, or says how else."""
    maxlen, padding, truncating, value = asked
    wanted = data.padded(sequences, maxlen, padding, truncating, value)
    array = expect_array(told, PAD)
    expected, received = shape_in_words(wanted.shape), shape_in_words(array.shape)
    if array.shape[1:] == wanted.shape[1:] and len(array) < len(wanted):
        raise Miss("sequences-lost", expected=str(len(wanted)), received=f"{len(array)}")
    if array.ndim < 3:
        raise Miss("axis-missing", array="The result", expected=expected, received=received)
    array = expect_array(array, PAD, wanted.shape)
    if same(array, wanted):
        return
    other = {"pre": "post", "post": "pre"}
    known: dict[str, Callable[[], np.ndarray]] = {
        "whole-numbers": lambda: np.trunc(wanted),
        "padding-swapped": lambda: data.padded(sequences, maxlen, other[padding], truncating, value),
        "truncating-swapped": lambda: data.padded(sequences, maxlen, padding, other[truncating], value),
        "both-swapped": lambda: data.padded(sequences, maxlen, other[padding], other[truncating], value),
        "value-ignored": lambda: data.padded(sequences, maxlen, padding, truncating, 0.0),
    }
    for cause, wrong in known.items():
        if same(array, wrong()):
            raise Miss(cause, padding=padding, truncating=truncating, expected="", received="")
    raise Miss("other-steps", expected="the values of each sequence", received="others")


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays hold the same, but for rounding."""
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=1e-5)


# All of it.


def test_prepare(submission: SubmissionView, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
    """`prepare` makes a training set that knows nothing of the test set"""
    task = data.task(streams.generator("prepare"))
    mask_value = -25.5
    sets = Sets(submission, task, task.series, mask_value)
    judge_secrecy(sets, Sets(rooms.student(), task, task.other_test(), mask_value), data)
    wanted = {name: task.samples(rows) for name, rows in task.rows.items()}
    sets.judge_shapes(wanted)
    X, y = wanted["train"]
    lines = data.Lines.through(X, sets.arrays["X_train"])
    if not lines.fit(X, sets.arrays["X_train"]):
        lines = data.Lines.through(y, sets.arrays["y_train"])
    for name, (X, y) in wanted.items():
        judge_set(f"y_{name}", sets.arrays[f"y_{name}"], y, lines, data)
        sets.judge_gaps(f"X_{name}", np.isnan(X))
        judge_set(f"X_{name}", sets.arrays[f"X_{name}"], X, lines, data)
    judge_range(data.columns(sets.arrays["y_train"]).T, data)
    rows = task.samples(task.rows["test"])[1].reshape(-1, task.series.shape[1])
    scaled = sets.arrays["y_test"].reshape(rows.shape)
    back = expect_array(submission.unscale(scaled, sets.params), "unscale", rows.shape)
    if (np.abs(back - rows) > 1e-3 * data.spread(rows)).any():
        raise Miss("other-params", expected="the params that the sets were scaled with", received="others")


class Sets:
    """What `prepare` returned for one series."""

    def __init__(self, submission: SubmissionView, task: Any, series: np.ndarray, mask_value: float) -> None:
        self._task, self._mask_value = task, mask_value
        keys = ("X_train", "y_train", "X_test", "y_test")
        told = submission.prepare(series, task.n_train, task.n_in, task.n_out, mask_value)
        told = expect_mapping(told, "prepare", (*keys, "params"))
        self.params = told["params"]
        self.arrays: dict[str, np.ndarray] = {}
        for key in keys:
            try:
                self.arrays[key] = expect_array(told[key], "prepare")
            except Miss as miss:
                if miss.cause == "not-finite":
                    raise Miss("gaps-in-sets", key=key, expected="no NaN", received="NaN") from miss
                raise

    def judge_shapes(self, wanted: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
        for name, pair in wanted.items():
            for key, shape in zip((f"X_{name}", f"y_{name}"), (part.shape for part in pair), strict=True):
                array = self.arrays[key]
                if array.shape == shape:
                    continue
                known = self._task.counts(name) if array.shape[1:] == shape[1:] else {}
                expected, received = shape_in_words(shape), shape_in_words(array.shape)
                cause = known.get(len(array), "set-shape") if known else "set-shape"
                raise Miss(cause, key=key, expected=expected, received=received)

    def judge_gaps(self, key: str, gaps: np.ndarray) -> None:
        held = self.arrays[key][gaps]
        if np.allclose(held, self._mask_value, rtol=1e-5):
            return
        _, feature = np.nonzero(gaps.reshape(-1, gaps.shape[-1]))
        constant = all(np.ptp(held[feature == at]) < 1e-6 for at in np.unique(feature))
        cause = "mask-scaled" if constant else "gaps-guessed"
        raise Miss(cause, key=key, expected="mask_value in each gap", received="another number")


def judge_secrecy(sets: Sets, others: Sets, data: ModuleType) -> None:
    """Holds that other rows after the training rows make no other training set."""
    for key in ("y_train", "X_train"):  # the mask value in X is never scaled
        one, other = sets.arrays[key], others.arrays[key]
        if same(one, other):
            continue
        expected = "the same training set, whatever comes after it"
        if one.shape == other.shape and one.ndim == 3 and data.Lines.through(one, other).fit(one, other):
            raise Miss("scaler-saw-test", expected=expected, received="one that is scaled in another way")
        raise Miss("test-in-train", expected=expected, received="one with other values")


def judge_set(key: str, array: np.ndarray, wanted: np.ndarray, lines: Any, data: ModuleType) -> None:
    """Holds that an array has the values asked for, scaled as all the others are."""
    if lines.fit(wanted, array):
        if np.allclose(lines.slope, 1, rtol=1e-6):
            raise Miss("not-scaled", expected="values in a small range", received="the values as they were")
        return
    own = data.Lines.through(wanted, array)
    if own.fit(wanted, array):
        is_raw = np.allclose(own.slope, 1, rtol=1e-3)
        cause = "target-raw" if is_raw and key.startswith("y") else "two-scalers"
        raise Miss(cause, key=key, expected="scaled as the training set", received="scaled in another way")
    if key.startswith("y"):  # which has no gaps
        in_order, found = (np.sort(data.columns(part)).T for part in (wanted, array))
        if data.Lines.through(in_order, found).fit(in_order, found):
            raise Miss("shuffled-sets", key=key, expected="samples in order of time", received="another order")
    raise Miss("other-samples", key=key, expected="the samples of its rows, scaled", received="other values")
