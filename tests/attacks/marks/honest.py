"""An honest submission; the attacks beside it replace parts of it."""

import keras
import numpy as np


def double(x):
    return 2 * x


def means(X):
    return X.mean(axis=1)


def build(n_steps, n_features, units):
    layers = [keras.layers.LSTM(units), keras.layers.Dense(1)]
    return keras.Sequential([keras.Input((n_steps, n_features)), *layers])


def predict(model, X):
    return model.predict(X, verbose=0)


def best(score, seeds):
    return min(seeds, key=score)
