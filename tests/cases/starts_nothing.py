import keras
import numpy as np


def build_stacked_lstm(n_steps, n_features, n_out, units):
    raise NotImplementedError


def sequence_shapes(model):
    return [layer.output.shape for layer in model.layers if isinstance(layer, keras.layers.LSTM)]


def train(model, X, y, seed):
    return model  # not trained: this case is not about skill


def forecast(model, X):
    return np.asarray(model(X))


def compare_depth(score, seeds=(0, 1)):
    raise NotImplementedError
