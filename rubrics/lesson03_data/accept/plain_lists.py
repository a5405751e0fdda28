"""Python's own lists and loops throughout, NumPy only where the log is made; min-max scaling."""

import math

import numpy as np


def machine_log(n=300, n_gaps=6, seed=0):
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(n, 2)).cumsum(axis=0)
    log = np.array([20.0, 1000.0]) + np.array([0.3, 5.0]) * walk
    for start in rng.integers(0, n - 4, n_gaps):
        log[start : start + rng.integers(1, 5), rng.integers(2)] = np.nan
    return log


def fit_scaler(train):
    numbers = []
    for column in zip(*train):
        known = [float(v) for v in column if not math.isnan(v)]
        numbers.append([min(known), max(known)])
    return numbers


def scale(values, params):
    rows = []
    for row in values:
        scaled = []
        for v, (low, high) in zip(row, params):
            scaled.append((v - low) / (high - low) if high != low else v - low)
        rows.append(scaled)
    return rows


def unscale(scaled, params):
    return [[v * ((high - low) or 1) + low for v, (low, high) in zip(row, params)] for row in scaled]


def one_hot_encode(labels, vocab):
    return [[1 if label == word else 0 for word in vocab] for label in labels]


def one_hot_decode(codes, vocab):
    labels = []
    for code in codes:
        code = list(code)
        labels.append(vocab[code.index(max(code))])
    return labels


def choose_mask_value(values):
    known = [float(v) for row in values for v in row if v == v]
    return round(max(known) + 10)


def fill_missing(series, mask_value):
    filled = [[mask_value if math.isnan(v) else float(v) for v in row] for row in series]
    return filled, [[math.isnan(v) for v in row] for row in series]


def series_to_supervised(series, n_in, n_out):
    series = [list(row) if hasattr(row, "__len__") else [row] for row in series]
    X, y = [], []
    start = 0
    while start + n_in + n_out <= len(series):
        X.append(series[start : start + n_in])
        y.append(series[start + n_in : start + n_in + n_out])
        start += 1
    return X, y


def split_long_sequence(x, length, overlap=0):
    pieces = []
    end = len(x)
    while end >= length:
        pieces.insert(0, [list(row) for row in x[end - length : end]])
        end -= length - overlap
    return pieces


def pad_sequences_to(sequences, maxlen, padding="pre", truncating="pre", value=0.0):
    n_features = np.shape(sequences[0])[1]
    padded = []
    for sequence in sequences:
        rows = [list(row) for row in sequence]
        while len(rows) > maxlen:
            rows.pop(0 if truncating == "pre" else -1)
        while len(rows) < maxlen:
            rows.insert(0 if padding == "pre" else len(rows), [value] * n_features)
        padded.append(rows)
    return padded


def prepare(series, n_train, n_in, n_out, mask_value=-10.0):
    series = [list(row) for row in series]
    params = fit_scaler(series[:n_train])
    sets = {"params": params}
    for name, rows in (("train", series[:n_train]), ("test", series[n_train:])):
        filled, gaps = fill_missing(scale(rows, params), mask_value)
        X, y = series_to_supervised(filled, n_in, n_out)
        _, missing = series_to_supervised(gaps, n_in, n_out)
        kept = [i for i in range(len(X)) if not any(any(row) for row in missing[i])]
        sets[f"X_{name}"] = [X[i] for i in kept]
        sets[f"y_{name}"] = [y[i] for i in kept]
    return sets


if __name__ == "__main__":
    for name, part in prepare(machine_log(), n_train=200, n_in=12, n_out=3).items():
        print(name, np.shape(part))
