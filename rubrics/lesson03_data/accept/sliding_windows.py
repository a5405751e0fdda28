"""Sliding windows of NumPy, standard scores, np.pad; a dict of params; index arrays instead of loops."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def machine_log(n: int = 300, n_gaps: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(n, 2)).cumsum(axis=0)
    log = np.array([20.0, 1000.0]) + np.array([0.3, 5.0]) * walk
    for start in rng.integers(0, n - 4, n_gaps):
        log[start : start + rng.integers(1, 5), rng.integers(2)] = np.nan
    return log


def fit_scaler(train):
    std = np.nanstd(train, axis=0, ddof=1)
    std[std == 0] = 1
    return {"mean": np.nanmean(train, axis=0), "std": std}


def scale(values, params):
    return (values - params["mean"]) / params["std"]


def unscale(scaled, params):
    return params["std"] * scaled + params["mean"]


def one_hot_encode(labels, vocab):
    # rows of an unknown label stay 0
    return (np.asarray(labels)[:, np.newaxis] == np.asarray(vocab)[np.newaxis, :]).astype("float32")


def one_hot_decode(codes, vocab):
    return np.asarray(vocab)[codes.argmax(-1)]


def choose_mask_value(values):
    return 2 * np.nanmin(values) - np.nanmax(values) - 1


def fill_missing(series, mask_value):
    filled = series.copy()
    mask = ~(series == series)
    filled[mask] = mask_value
    return [filled, mask.astype("uint8")]


def series_to_supervised(series, n_in, n_out):
    if np.ndim(series) == 1:
        series = np.expand_dims(series, -1)
    windows = sliding_window_view(series, n_in + n_out, axis=0)  # (samples, n_features, n_in + n_out)
    windows = np.moveaxis(windows, -1, 1)
    return windows[:, :n_in], windows[:, n_in:]


def split_long_sequence(x, length, overlap=0):
    newest_first = sliding_window_view(x[::-1], length, axis=0)[:: length - overlap]  # (pieces, n_features, length)
    return newest_first[::-1, :, ::-1].swapaxes(1, 2)


def pad_sequences_to(sequences, maxlen, padding="pre", truncating="pre", value=0.0):
    def fitted(sequence):
        cut = sequence[max(0, len(sequence) - maxlen) :] if truncating == "pre" else sequence[:maxlen]
        lack = maxlen - len(cut)
        widths = (lack, 0) if padding == "pre" else (0, lack)
        return np.pad(cut, (widths, (0, 0)), mode="constant", constant_values=value)

    return np.stack([fitted(sequence) for sequence in sequences])


def prepare(series, n_train, n_in, n_out, mask_value=-10.0):
    train, test = np.split(series, [n_train])
    params = fit_scaler(train)

    def framed(part):
        X, y = series_to_supervised(scale(part, params), n_in, n_out)
        usable = np.isfinite(y).all((1, 2))
        return np.nan_to_num(X[usable], nan=mask_value), y[usable]

    X_train, y_train = framed(train)
    X_test, y_test = framed(test)
    return dict(X_train=X_train, y_train=y_train, X_test=X_test, y_test=y_test, params=params)


if __name__ == "__main__":
    for name, part in prepare(machine_log(), n_train=200, n_in=12, n_out=3).items():
        print(name, getattr(part, "shape", part))
