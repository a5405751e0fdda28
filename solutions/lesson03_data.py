"""Lesson 03: preparing data, a reference solution.

An LSTM takes an array of shape (samples, time steps, features) of small, finite numbers. Each function below removes
one thing that stands in the way: units, names, gaps, a single long series, differing lengths.
"""

from typing import Any

import numpy as np


def machine_log(n: int = 300, n_gaps: int = 6, seed: int = 0) -> np.ndarray:
    """Makes a log of temperature and pressure with gaps. (Given; nothing to do.)

    Returns an array of shape (n, 2): the temperature at about 20, the pressure at about 1000, NaN where a sensor was
    silent.
    """
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(n, 2)).cumsum(axis=0)  # (n, 2)
    log = np.array([20.0, 1000.0]) + np.array([0.3, 5.0]) * walk
    for start in rng.integers(0, n - 4, n_gaps):
        log[start : start + rng.integers(1, 5), rng.integers(2)] = np.nan
    return log


def fit_scaler(train: np.ndarray) -> Any:
    """Takes from the training rows what is needed to scale any rows.

    `train` has shape (n, n_features) and may have gaps, NaN, which do not count. A feature can be constant.

    Returns what `scale` and `unscale` need. What that is, you decide: a tuple, a dict, an object of a class of your
    own.

    >>> params = fit_scaler(np.array([[10.0, 500.0], [20.0, 900.0]]))
    """
    low, high = np.nanmin(train, axis=0), np.nanmax(train, axis=0)  # (n_features,) each; a gap does not count
    # A constant feature has no spread to divide by; with 1 it becomes 0 and other values stay finite.
    spread = np.where(high > low, high - low, 1.0)  # (n_features,)
    return low, spread


def scale(values: np.ndarray, params: Any) -> np.ndarray:
    """Scales rows; values and result have shape (n, n_features).

    Each feature of the training rows comes to lie in a small range, such as 0 … 1, or with mean 0 and standard
    deviation 1. Other rows are scaled with the same numbers and may leave that range. A gap stays a gap.

    >>> scale(np.array([[10.0, 500.0], [25.0, 700.0]]), params)
    array([[0. , 0. ],
           [1.5, 0.5]])
    """
    low, spread = params
    return (values - low) / spread  # (n, n_features); NaN stays NaN


def unscale(scaled: np.ndarray, params: Any) -> np.ndarray:
    """Brings scaled rows back into their own units; values and result have shape (n, n_features).

    >>> unscale(np.array([[0.5, 0.25]]), params)
    array([[ 15., 600.]])
    """
    low, spread = params
    return scaled * spread + low  # (n, n_features)


def one_hot_encode(labels: list, vocab: list) -> np.ndarray:
    """Turns n labels into codes of shape (n, len(vocab)): 1 in the column of the label, 0 elsewhere.

    Labels are strings or whole numbers of any kind. Column j belongs to vocab[j]. A label that is not in `vocab`
    must never get the code of another one: raise an error, or leave its row all 0.

    >>> one_hot_encode(["run", "stop"], vocab=["stop", "run", "idle"])
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    column = {label: number for number, label in enumerate(vocab)}
    return np.eye(len(vocab))[[column[label] for label in labels]]  # (n, len(vocab)); KeyError for unknown labels


def one_hot_decode(codes: np.ndarray, vocab: list) -> list:
    """Turns codes of shape (n, len(vocab)) into n labels.

    A code may also hold the probabilities that a model puts out; then the likeliest label counts.

    >>> one_hot_decode(np.array([[0.1, 0.7, 0.2]]), vocab=["stop", "run", "idle"])
    ['run']
    """
    return [vocab[column] for column in np.argmax(codes, axis=1)]


def choose_mask_value(values: np.ndarray) -> float:
    """Chooses a number for the places where there is no value.

    `values` has shape (n, n_features) and may have gaps. The number must lie outside the range of all the values:
    keras.layers.Masking skips each time step in which every feature equals it.

    >>> choose_mask_value(np.array([[0.0], [np.nan], [1.0]]))
    -1.0
    """
    # 0 would not do: it is what min-max scaling makes of every smallest value. NaN would not do either: it equals
    # nothing, not even itself, so no step would ever be skipped.
    return float(np.nanmin(values)) - 1.0


def fill_missing(series: np.ndarray, mask_value: float) -> tuple[np.ndarray, np.ndarray]:
    """Fills the gaps of a series with `mask_value`.

    `series` has shape (n, n_features). Returns the filled series and an array of the same shape that is True where
    there was a gap. No row may be lost: time goes on while a sensor is silent.

    >>> fill_missing(np.array([[5.0, 1.0], [6.0, np.nan]]), mask_value=-1.0)
    (array([[ 5.,  1.],
           [ 6., -1.]]), array([[False, False],
           [False,  True]]))
    """
    is_missing = np.isnan(series)  # (n, n_features); `series == np.nan` is never true
    return np.where(is_missing, mask_value, series), is_missing


def series_to_supervised(series: np.ndarray, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames a series as samples: n_in steps are the input, the n_out steps right after them the output.

    `series` has shape (n, n_features), or (n,) for a single feature. Returns X of shape (samples, n_in, n_features)
    and y of shape (samples, n_out, n_features), one sample for each place where it fits, in order of time.

    >>> X, y = series_to_supervised(np.arange(10.0), n_in=3, n_out=2)
    >>> X.shape, X[0, :, 0], y[0, :, 0]
    ((6, 3, 1), array([0., 1., 2.]), array([3., 4.]))
    """
    series = np.asarray(series)
    if series.ndim == 1:
        series = series[:, None]  # (n, 1)
    starts = range(len(series) - n_in - n_out + 1)  # the last one ends with the series
    X = np.stack([series[start : start + n_in] for start in starts])  # (samples, n_in, n_features)
    y = np.stack([series[start + n_in : start + n_in + n_out] for start in starts])  # (samples, n_out, n_features)
    return X, y


def split_long_sequence(x: np.ndarray, length: int, overlap: int = 0) -> np.ndarray:
    """Cuts a sequence into pieces; each begins with the last `overlap` steps of the piece before it.

    `x` has shape (n, n_features), with n at least `length` and `overlap` less than `length`. Returns an array of shape
    (pieces, length, n_features). Where the pieces do not come out even, the oldest steps are left out, at the
    beginning: the newest tell most of what comes next.

    >>> split_long_sequence(np.arange(7.0)[:, None], length=3)[:, :, 0]
    array([[1., 2., 3.],
           [4., 5., 6.]])
    """
    step = length - overlap
    left_over = (len(x) - length) % step
    starts = range(left_over, len(x) - length + 1, step)
    return np.stack([x[start : start + length] for start in starts])  # (pieces, length, n_features)


def pad_sequences_to(
    sequences: list[np.ndarray], maxlen: int, padding: str = "pre", truncating: str = "pre", value: float = 0.0
) -> np.ndarray:
    """Brings sequences of differing length into one array of shape (n, maxlen, n_features).

    Each sequence has shape (steps, n_features); steps can be 0. Shorter ones get `value` at the beginning
    (padding="pre") or at the end ("post"); of longer ones steps are cut off at the beginning (truncating="pre") or at
    the end ("post").

    >>> pad_sequences_to([np.array([[0.5], [0.7]])], maxlen=3, value=-1.0)[:, :, 0]
    array([[-1. ,  0.5,  0.7]])
    """
    n_features = sequences[0].shape[1]
    # Floats from the start: an array of whole numbers would cut 0.7 down to 0.
    padded = np.full((len(sequences), maxlen, n_features), value, dtype="float64")  # (n, maxlen, n_features)
    for row, sequence in zip(padded, sequences, strict=True):
        surplus = max(len(sequence) - maxlen, 0)
        kept = sequence[surplus:] if truncating == "pre" else sequence[: len(sequence) - surplus]
        start = maxlen - len(kept) if padding == "pre" else 0
        row[start : start + len(kept)] = kept
    return padded


def prepare(series: np.ndarray, n_train: int, n_in: int, n_out: int, mask_value: float = -10.0) -> dict[str, Any]:
    """Makes a training set and a test set from a series with gaps.

    `series` has shape (n, n_features). The first n_train rows are for training, the others for the test, and each set
    is framed from its own rows alone, in order of time. Values are scaled, in X and in y; a gap in X holds
    `mask_value` itself. Samples with a gap in y are left out, since there is nothing to learn from them; those with
    gaps in X stay. What happens after the first n_train rows must not show in the training set.

    Returns a dict with 'X_train', 'y_train', 'X_test', 'y_test', shaped as in `series_to_supervised`, and 'params'
    for `unscale`.

    >>> sets = prepare(machine_log(), n_train=200, n_in=12, n_out=3)
    >>> sets["X_train"].shape
    (..., 12, 2)
    """
    rows = {"train": series[:n_train], "test": series[n_train:]}  # by time: the test set is the future
    params = fit_scaler(rows["train"])
    sets = {"params": params}
    for name, part in rows.items():
        # First scaled, then filled: the mask value is none of the values, so it must not be scaled with them.
        filled, is_missing = fill_missing(scale(part, params), mask_value)
        X, y = series_to_supervised(filled, n_in, n_out)
        _, gaps = series_to_supervised(is_missing, n_in, n_out)  # (samples, n_out, n_features), True for a gap
        is_complete = ~gaps.any(axis=(1, 2))  # (samples,)
        sets |= {f"X_{name}": X[is_complete], f"y_{name}": y[is_complete]}
    return sets


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. A temperature is to be scaled to 0 … 1. Whose minimum and maximum are used?
    #     - all_rows: Those of all rows, so that no value can fall outside of the range.
    #     - each_set: Those of the training rows for the training set, those of the test rows for the test set.
    #     - training_rows: Those of the training rows, for the training set and for the test set.
    #     - each_row: Those of each row for the row itself.
    "scaler_rows": "training_rows",
    # Q1. A scaled value of the test set is 1.5, while all of the training set lie in 0 … 1. What is to be done?
    #     - nothing: Nothing; the test set holds a value that was larger than any before.
    #     - fit_again: The scaler has to be fitted again, with the test rows.
    #     - clip: All that is above 1 has to be set to 1.
    #     - drop_row: The row has to be left out, it must be a fault of measuring.
    "above_one": "nothing",
    # Q1. Into which range do you bring numbers before an LSTM reads them, and which rows decide how?
    "scaling": (
        "Each feature is brought into a small range, such as 0 to 1. Only the training rows decide about the "
        "minimum and the maximum; the test rows are scaled with the same numbers."
    ),
    # Q2. A machine runs, stops or idles. What is wrong with the codes run = 0, stop = 1, idle = 2 as input?
    #     - zero_is_missing: Keras takes 0 for a missing value, so `run` is never read.
    #     - not_scaled: They have to be scaled to 0 … 1; then nothing is wrong with them.
    #     - whole_numbers: An LSTM reads fractions only, and these are whole numbers.
    #     - false_order: They tell of an order and of distances that the three do not have.
    "counted_through": "false_order",
    # Q2. How do categories become numbers, and why is it not enough to count them through: 0, 1, 2?
    "categories": (
        "One-hot: each category has a column of its own, with a 1 where it holds and a 0 elsewhere. Numbers that "
        "are counted through would tell of an order and of distances that the categories do not have."
    ),
    # Q3. A series was scaled to 0 … 1. Which number marks its gaps so that `Masking` finds them, and only them?
    #     - zero: 0
    #     - minus_one: -1
    #     - not_a_number: NaN
    #     - mean: the mean of the series
    "mask_value": "minus_one",
    # Q3. A value is missing. What can stand in its place, and how does the model get to know?
    "gaps": (
        "A number outside of the range of all values can stand there, or an estimate such as the last known value. "
        "A Masking layer then skips the steps that are filled, or an additional feature flags them."
    ),
    # Q4. A series has 10 values. 3 of them are the input of a sample and the next 2 its output. How many samples are
    #   there?
    #     - two: 2
    #     - five: 5
    #     - six: 6
    #     - seven: 7
    #     - eight: 8
    "how_many_samples": "six",
    # Q4. How does one sequence become many pairs of input and output?
    "framing": (
        "A window of some steps is the input, and the step or the steps that follow right after it are the output. "
        "The window is moved on one step at a time, and each place makes another pair."
    ),
    # Q5. Sequences have 20,000 steps. What helps to train an LSTM on them? Choose all that hold.
    #     - unit_for_each_step: As many units as there are steps, so that each step has its place.
    #     - cut: To cut them into pieces of a few hundred steps.
    #     - as_features: To make one step with 20,000 features of each sequence.
    #     - averages: To average over neighbouring steps, where the detail does not matter.
    #     - truncate_gradient: To send the error back through a limited number of steps only, while the state goes on.
    "thousands_of_steps": ["cut", "averages", "truncate_gradient"],
    # Q5. A sequence has thousands of steps. What can you do about it, and what may get lost by that?
    "too_long": (
        "It can be cut into shorter pieces, or averaged over neighbouring steps. Then long dependencies across the "
        "borders of the pieces may get lost, or the detail."
    ),
    # Q6. Each sequence has to become 3 steps long. What becomes of it?
    #     - pad_pre: 7, 8 with padding="pre"
    #     - pad_post: 7, 8 with padding="post"
    #     - cut_pre: 5, 6, 7, 8 with truncating="pre"
    #     - cut_post: 5, 6, 7, 8 with truncating="post"
    # Partners:
    #     - end_filled: 7, 8, 0
    #     - newest_kept: 6, 7, 8
    #     - begin_filled: 0, 7, 8
    #     - oldest_kept: 5, 6, 7
    "pad_or_cut": {
        "pad_pre": "begin_filled",
        "pad_post": "end_filled",
        "cut_pre": "newest_kept",
        "cut_post": "oldest_kept",
    },
    # Q6. Sequences of differing length have to go into one array. What happens to short ones, what to long ones, and
    #   how does the model know?
    "lengths": (
        "Short ones are padded with a value that does not occur, long ones are truncated. A mask tells the model "
        "which steps are padding, and they are skipped."
    ),
    # Q7. 40 machines have logged temperature and pressure each hour for a day. How long are the axes of X, and what
    #   is y?
    #     - first_axis: first axis of X: samples
    #     - second_axis: second axis of X: time steps
    #     - third_axis: third axis of X: features
    #     - target: shape of y, if one number is to be forecast for each machine
    # Partners:
    #     - two: 2
    #     - forty_and_one: (40, 1)
    #     - twenty_four: 24
    #     - forty_eight: 48
    #     - forty: 40
    "axes": {
        "first_axis": "forty",
        "second_axis": "twenty_four",
        "third_axis": "two",
        "target": "forty_and_one",
    },
    # Q7. Which shape does an LSTM in Keras take, and what does each axis count?
    "shape": (
        "Three axes: samples, time steps, features. The first counts the sequences, the second the steps of each "
        "sequence, the third the values that were measured at each step."
    ),
}


if __name__ == "__main__":
    for name, part in prepare(machine_log(), n_train=200, n_in=12, n_out=3).items():
        print(name, getattr(part, "shape", part))
