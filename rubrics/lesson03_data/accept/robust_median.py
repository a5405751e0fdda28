"""Median and quartiles instead of mean and deviation; a named tuple; generators; a small number against zero."""

from collections import namedtuple
from itertools import count, takewhile

import numpy as np

Params = namedtuple("Params", "center width")


def machine_log(n=300, n_gaps=6, seed=0):
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(n, 2)).cumsum(axis=0)
    log = np.array([20.0, 1000.0]) + np.array([0.3, 5.0]) * walk
    for start in rng.integers(0, n - 4, n_gaps):
        log[start : start + rng.integers(1, 5), rng.integers(2)] = np.nan
    return log


def fit_scaler(train):
    quarter, half, three = np.nanpercentile(train, [25, 50, 75], axis=0)
    return Params(half, three - quarter + 1e-9)


def scale(values, params):
    return np.divide(np.subtract(values, params.center), params.width)


def unscale(scaled, params):
    return np.add(np.multiply(scaled, params.width), params.center)


def one_hot_encode(labels, vocab):
    unit = np.identity(len(vocab), dtype=int)
    code_of = dict(zip(vocab, unit))
    return np.vstack([code_of[label] for label in labels])


def one_hot_decode(codes, vocab):
    return tuple(max(zip(code, range(len(vocab))))[1] for code in codes) and [
        vocab[max(range(len(vocab)), key=lambda j: code[j])] for code in codes
    ]


def choose_mask_value(values):
    return -(np.nanmax(np.abs(values)) * 2 + 1)


def fill_missing(series, mask_value):
    masked = np.ma.masked_invalid(series)
    return masked.filled(mask_value), np.ma.getmaskarray(masked)


def windows(rows, size, step=1, first=0):
    for start in takewhile(lambda start: start + size <= len(rows), count(first, step)):
        yield rows[start : start + size]


def series_to_supervised(series, n_in, n_out):
    rows = np.reshape(series, (len(series), -1))
    both = np.array(list(windows(rows, n_in + n_out)))
    return both[:, :-n_out], both[:, -n_out:]


def split_long_sequence(x, length, overlap=0):
    step = length - overlap
    return np.array(list(windows(x, length, step, first=(len(x) - length) % step)))


def pad_sequences_to(sequences, maxlen, padding="pre", truncating="pre", value=0.0):
    out = []
    for sequence in sequences:
        flip_cut, flip_pad = truncating == "pre", padding == "pre"
        kept = sequence[::-1][:maxlen][::-1] if flip_cut else sequence[:maxlen]
        filling = np.full((maxlen - kept.shape[0], kept.shape[1]), value)
        out.append(np.vstack((filling, kept) if flip_pad else (kept, filling)))
    return np.array(out)


def prepare(series, n_train, n_in, n_out, mask_value=-10.0):
    params = fit_scaler(series[:n_train])
    result = {"params": params}
    for key, rows in zip(("train", "test"), np.vsplit(scale(series, params), [n_train])):
        pairs = [(x, y) for x, y in zip(*series_to_supervised(rows, n_in, n_out)) if not np.isnan(y).any()]
        xs, ys = zip(*pairs)
        result["X_" + key] = fill_missing(np.array(xs), mask_value)[0]
        result["y_" + key] = np.array(ys)
    return result


if __name__ == "__main__":
    for name, part in prepare(machine_log(), n_train=200, n_in=12, n_out=3).items():
        print(name, getattr(part, "shape", part))
