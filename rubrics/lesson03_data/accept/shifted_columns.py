"""Columns shifted against each other, as in tables with lags; a closure as params; strict about strange labels."""

import numpy as np


def machine_log(n=300, n_gaps=6, seed=0):
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(n, 2)).cumsum(axis=0)
    log = np.array([20.0, 1000.0]) + np.array([0.3, 5.0]) * walk
    for start in rng.integers(0, n - 4, n_gaps):
        log[start : start + rng.integers(1, 5), rng.integers(2)] = np.nan
    return log


def fit_scaler(train):
    mean = np.array([column[~np.isnan(column)].mean() for column in train.T])
    std = np.array([column[~np.isnan(column)].std() or 1.0 for column in train.T])
    return (lambda values: (values - mean) / np.where(std < 1e-12, 1, std)), (
        lambda scaled: scaled * np.where(std < 1e-12, 1, std) + mean
    )


def scale(values, params):
    forward, _ = params
    return forward(values)


def unscale(scaled, params):
    _, backward = params
    return backward(scaled)


def one_hot_encode(labels, vocab):
    assert all(label in vocab for label in labels), "a label is not in the vocabulary"
    codes = np.zeros((len(labels), len(vocab)))
    for column, word in enumerate(vocab):
        codes[[label == word for label in labels], column] = 1.0
    return codes


def one_hot_decode(codes, vocab):
    return [vocab[int(np.flatnonzero(code == code.max())[0])] for code in np.asarray(codes)]


def choose_mask_value(values):
    known = values[~np.isnan(values)]
    return float(known.max() + known.std() + 1)


def fill_missing(series, mask_value):
    is_missing = np.isnan(series)
    filled = np.array(series, copy=True)
    np.copyto(filled, mask_value, where=is_missing)
    return filled, is_missing.astype(float)


def series_to_supervised(series, n_in, n_out):
    series = np.asarray(series)
    if series.ndim < 2:
        series = series.reshape(-1, 1)
    samples = len(series) + 1 - n_in - n_out
    shifted = [series[lag : lag + samples] for lag in range(n_in + n_out)]  # one (samples, n_features) a step
    return np.stack(shifted[:n_in], axis=1), np.stack(shifted[n_in:], axis=1)


def split_long_sequence(x, length, overlap=0):
    step = length - overlap
    pieces = 1 + (len(x) - length) // step
    newest = x[len(x) - (length + (pieces - 1) * step) :]
    if not overlap:
        return newest.reshape(pieces, length, x.shape[1])
    return np.concatenate([newest[None, p * step : p * step + length] for p in range(pieces)])


def pad_sequences_to(sequences, maxlen, padding="pre", truncating="pre", value=0.0):
    features = max(sequence.shape[1] for sequence in sequences)
    grid = np.full((len(sequences), maxlen, features), float(value))
    for number, sequence in enumerate(sequences):
        size = min(len(sequence), maxlen)
        source = slice(len(sequence) - size, None) if truncating == "pre" else slice(0, size)
        target = slice(maxlen - size, None) if padding == "pre" else slice(0, size)
        grid[number, target] = sequence[source]
    return grid


def prepare(series, n_train, n_in, n_out, mask_value=-10.0):
    params = fit_scaler(series[:n_train])
    X, y = series_to_supervised(scale(series, params), n_in, n_out)
    starts = np.arange(len(X))
    in_train, in_test = starts + n_in + n_out <= n_train, starts >= n_train  # none across the border
    complete = ~np.isnan(y).any(axis=2).any(axis=1)
    X = fill_missing(X, mask_value)[0]
    return {
        "X_train": X[in_train & complete],
        "y_train": y[in_train & complete],
        "X_test": X[in_test & complete],
        "y_test": y[in_test & complete],
        "params": params,
    }


if __name__ == "__main__":
    for name, part in prepare(machine_log(), n_train=200, n_in=12, n_out=3).items():
        print(name, getattr(part, "shape", part))
