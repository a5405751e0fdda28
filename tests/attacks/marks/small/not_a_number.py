"""row 24: NaN and infinite numbers, which compare with nothing.

fails: double, means, best
"""


def double(x):
    return float("nan")


def means(X):
    return X.mean(axis=1) * 1e308 * 1e308


def best(score, seeds):
    return min([float("nan"), *seeds], key=lambda seed: float("nan"))
