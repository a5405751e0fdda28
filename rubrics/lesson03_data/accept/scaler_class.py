"""A scaler with fit and transform, as in scikit-learn, which scales to -1 … 1; everything in 32 bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


def machine_log(n: int = 300, n_gaps: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    walk = rng.normal(size=(n, 2)).cumsum(axis=0)
    log = np.array([20.0, 1000.0]) + np.array([0.3, 5.0]) * walk
    for start in rng.integers(0, n - 4, n_gaps):
        log[start : start + rng.integers(1, 5), rng.integers(2)] = np.nan
    return log


class RangeScaler:
    def fit(self, X) -> RangeScaler:
        self.middle_ = (np.nanmax(X, axis=0) + np.nanmin(X, axis=0)) / 2
        self.half_ = np.ptp(np.where(np.isnan(X), self.middle_, X), axis=0) / 2
        self.half_[self.half_ == 0.0] = 1.0
        return self

    def transform(self, X):
        return ((X - self.middle_) / self.half_).astype(np.float32)

    def inverse_transform(self, Z):
        return (Z * self.half_ + self.middle_).astype(np.float32)


def fit_scaler(train: np.ndarray) -> Any:
    return RangeScaler().fit(train)


def scale(values: np.ndarray, params: RangeScaler) -> np.ndarray:
    return params.transform(values)


def unscale(scaled: np.ndarray, params: RangeScaler) -> np.ndarray:
    return params.inverse_transform(scaled)


@dataclass(frozen=True)
class Vocabulary:
    words: tuple

    def columns(self, labels) -> np.ndarray:
        unknown = set(labels) - set(self.words)
        if unknown:
            raise ValueError(f"not in the vocabulary: {unknown}")
        order = np.argsort(self.words)
        return order[np.searchsorted(np.array(self.words)[order], labels)]


def one_hot_encode(labels: list, vocab: list) -> np.ndarray:
    columns = Vocabulary(tuple(vocab)).columns(labels)
    codes = np.zeros((len(labels), len(vocab)), dtype=bool)
    np.put_along_axis(codes, columns[:, None], True, axis=1)
    return codes


def one_hot_decode(codes: np.ndarray, vocab: list) -> list:
    return list(np.take(vocab, np.argmax(codes, axis=1)))


def choose_mask_value(values: np.ndarray) -> np.float32:
    low, high = np.nanquantile(values, [0, 1])
    return np.float32(low - (high - low))


def fill_missing(series: np.ndarray, mask_value: float) -> tuple[np.ndarray, np.ndarray]:
    is_missing = np.isnan(series)
    filled = np.nan_to_num(series, nan=mask_value).astype(np.float32)
    return filled, is_missing


def series_to_supervised(series: np.ndarray, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    series = np.atleast_2d(series.T).T.astype(np.float32)
    first = np.arange(series.shape[0] - (n_in + n_out) + 1)
    rows = first[:, None] + np.arange(n_in + n_out)[None, :]
    X, y = np.split(series[rows], [n_in], axis=1)
    return X, y


def split_long_sequence(x: np.ndarray, length: int, overlap: int = 0) -> np.ndarray:
    ends = np.arange(len(x), length - 1, overlap - length)[::-1]
    return np.stack([x[end - length : end] for end in ends]).astype(np.float32)


def pad_sequences_to(
    sequences: list[np.ndarray], maxlen: int, padding: str = "pre", truncating: str = "pre", value: float = 0.0
) -> np.ndarray:
    result = np.empty((len(sequences), maxlen, sequences[0].shape[-1]), np.float32)
    result[:] = value
    for i, s in enumerate(sequences):
        if not len(s):
            continue
        s = s[-maxlen:] if truncating == "pre" else s[:maxlen]
        if padding == "pre":
            result[i, -len(s) :] = s
        else:
            result[i, : len(s)] = s
    return result


def prepare(series, n_train: int, n_in: int, n_out: int, mask_value: float = -10.0) -> dict[str, Any]:
    scaler = fit_scaler(series[:n_train])
    scaled, is_missing = fill_missing(scale(series, scaler), mask_value)
    out: dict[str, Any] = {"params": scaler, "is_missing": is_missing, "n_train": n_train}
    for name, where in {"train": np.s_[:n_train], "test": np.s_[n_train:]}.items():
        X, y = series_to_supervised(scaled[where], n_in, n_out)
        complete = np.all(y != np.float32(mask_value), axis=(1, 2))
        out[f"X_{name}"], out[f"y_{name}"] = X[complete], y[complete]
    return out


if __name__ == "__main__":
    for name, part in prepare(machine_log(), n_train=200, n_in=12, n_out=3).items():
        print(name, getattr(part, "shape", part))
