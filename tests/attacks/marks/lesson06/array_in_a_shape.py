"""row 23: a shape holds an array, which has no truth value when it is compared.

fails: shapes, skill, learned
"""


def train(model, X, y, seed):
    return model


def sequence_shapes(model):
    return [(None, np.array([1, 2]), 6), (None, 5)]
