"""row 39: sequence_shapes tells what build_stacked_lstm was last asked for and never looks at the model.

fails: shapes, skill, learned
"""

_build = build_stacked_lstm


def build_stacked_lstm(n_steps, n_features, n_out, units):
    global LAST
    LAST = n_steps, units
    return _build(n_steps, n_features, n_out, units)


def sequence_shapes(model):
    n_steps, units = LAST
    return [(None, n_steps, size) for size in units[:-1]] + [(None, units[-1])]


def train(model, X, y, seed):
    return model
