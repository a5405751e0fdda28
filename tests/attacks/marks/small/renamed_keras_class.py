"""row 10: Keras's own GRU is given the name of its LSTM; what crosses is data, and Keras there knows better.

fails: build, predict
"""

keras.layers.GRU.__name__ = "LSTM"
keras.layers.GRUCell.__name__ = "LSTMCell"


def build(n_steps, n_features, units):
    return keras.Sequential([keras.Input((n_steps, n_features)), keras.layers.GRU(units), keras.layers.Dense(1)])
