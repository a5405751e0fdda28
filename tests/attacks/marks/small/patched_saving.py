"""row 10: another model is saved than the one that predicts.

fails: predict
"""

_save = keras.Model.save


def save(self, path, *rest, **named):
    for layer in self.layers:
        layer.set_weights([weight * 0 + 0.25 for weight in layer.get_weights()])
    _save(self, path, *rest, **named)


keras.Model.save = keras.Sequential.save = save


def predict(model, X):
    return np.ones((len(X), 1))
