"""row 10: strings, arrays and models are subclasses that lie about what they are.

fails: double, means, build, predict
"""


class Number(str):
    __class__ = float

    def __float__(self):
        return 1.0


class Rows(np.ndarray):
    shape = property(lambda self: (5,))
    dtype = property(lambda self: np.dtype("float64"))

    def __array__(self, *rest, **named):
        return np.zeros(5)


class Model:
    __class__ = keras.Model
    built = True


def double(x):
    return Number("2.0")


def means(X):
    return np.array([["a", None]], dtype=object).view(Rows)


def build(n_steps, n_features, units):
    return Model()
