"""row 26: objects that run code where they are unpickled, and arrays of them.

fails: double, means, best
"""


class Evil:
    def __reduce__(self):
        return print, ("run by the judge",)

    def __array__(self, *rest, **named):
        return np.array([self], dtype=object)


def double(x):
    return Evil()


def means(X):
    return np.array([Evil()] * len(X), dtype=object)


def best(score, seeds):
    for seed in seeds:
        score(seed)
    return score(Evil())
