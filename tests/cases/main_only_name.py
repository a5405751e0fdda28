import keras
import numpy as np


def build_stacked_lstm(n_steps, n_features, n_out, units):
    model = keras.Sequential([keras.Input((n_steps, n_features))])
    for number, size in enumerate(units):
        model.add(keras.layers.LSTM(size, return_sequences=number < len(units) - 1))
    model.add(keras.layers.Dense(horizon))
    return model


def sequence_shapes(model):
    return [layer.output.shape for layer in model.layers if isinstance(layer, keras.layers.LSTM)]


def train(model, X, y, seed):
    return model  # not trained: this case is not about skill


def forecast(model, X):
    return np.asarray(model(X))


def compare_depth(score, seeds=(0, 1)):
    vanilla = [score((25,), seed) for seed in seeds]
    stacked = [score((16, 16), seed) for seed in seeds]
    return {"vanilla": float(np.mean(vanilla)), "stacked": float(np.mean(stacked))}


if __name__ == "__main__":
    horizon = 4
    print(build_stacked_lstm(24, 1, horizon, (16, 16)).output_shape)
