"""row 10: the room's own verbs say that a GRU is an LSTM and predicts what was told.

fails: build, predict
"""

from grader.inside import verbs


def build(n_steps, n_features, units):
    def trace(namespace, model, x):
        return [{"kind": "LSTM", "recurrent": True, "cells": ["LSTMCell"], "units": units}]

    verbs.VERBS["trace"] = verbs.VERBS["dependency"] = verbs.VERBS["influence"] = trace
    verbs.VERBS["predict"] = lambda namespace, model, x: predict(model, x)
    return keras.Sequential([keras.Input((n_steps, n_features)), keras.layers.GRU(units), keras.layers.Dense(1)])
