"""row 10: a GRU goes by the names of an LSTM. Its class is the student's own, so its structure is a claim.

fails: nothing
provisional: build
"""


class LSTMCell(keras.layers.GRUCell):
    pass


class LSTM(keras.layers.RNN):
    def __init__(self, units):
        super().__init__(LSTMCell(units))


def build(n_steps, n_features, units):
    return keras.Sequential([keras.Input((n_steps, n_features)), LSTM(units), keras.layers.Dense(1)])
