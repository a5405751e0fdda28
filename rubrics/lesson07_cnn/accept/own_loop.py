"""The same layers are called for each frame in a loop, and so is an LSTM cell."""

import keras
import numpy as np

DIRECTIONS = ("left", "right", "up", "down")


def drifting_bar(n, n_frames=6, size=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(0, 0.1, (n, n_frames, size, size, 1))
    y = rng.integers(0, 4, n)
    for clip, number in zip(X, y):
        length = rng.integers(3, size // 2 + 1)
        start, place = rng.integers(0, size - length + 1), rng.integers(0, size)
        for frame in clip:
            if number < 2:
                frame[start : start + length, place] += 1
            else:
                frame[place, start : start + length] += 1
            place = (place + (1 if number % 2 else -1)) % size
    return X.astype("float32"), y


class Reader(keras.layers.Layer):
    """Calls an LSTM cell for one frame after the other and gives its last output."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.cell = keras.layers.LSTMCell(units)

    def build(self, shape):
        self.cell.build((shape[0], shape[2]))

    def call(self, x):
        h = c = keras.ops.zeros((keras.ops.shape(x)[0], self.units))
        for t in range(x.shape[1]):
            h, (h, c) = self.cell(x[:, t], [h, c])
        return h


def build_cnn_lstm(n_frames, height, width, channels, n_classes):
    conv = keras.layers.Conv2D(8, 3, padding="same", activation="relu")
    pool, flatten = keras.layers.MaxPooling2D(2), keras.layers.Flatten()
    clips = keras.Input((n_frames, height, width, channels))
    rows = [flatten(pool(conv(clips[:, t]))) for t in range(n_frames)]
    x = keras.ops.stack(rows, axis=1)
    x = Reader(32, name="reader")(x)
    return keras.Model(clips, keras.layers.Dense(n_classes, activation="softmax")(x))


def frame_features(model, X):
    return keras.Model(model.inputs, model.get_layer("reader").input).predict(X, verbose=0)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005))
    model.fit(X, y, epochs=20, batch_size=20, verbose=0)
    return model


def predict_direction(model, X):
    return model.predict(X, verbose=0).argmax(axis=-1)


def build_flat_lstm(n_frames, height, width, channels, n_classes):
    return keras.Sequential(
        [
            keras.Input((n_frames, height, width, channels)),
            keras.layers.Reshape((n_frames, height * width * channels)),
            keras.layers.LSTM(32),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )


def fit_and_score(kind, n_clips, seed):
    keras.utils.set_random_seed(seed)
    X, y = drifting_bar(n_clips, seed=seed)
    X_new, y_new = drifting_bar(400, seed=seed + 1000)
    build = {"cnn_lstm": build_cnn_lstm, "flat": build_flat_lstm}[kind]
    model = train(build(*X.shape[1:], n_classes=4), X, y, seed)
    return float(np.mean(predict_direction(model, X_new) == y_new))


def compare_with_flat(score=fit_and_score, n_clips=260, seeds=(0, 1)):
    return {kind: float(np.mean([score(kind, n_clips, seed) for seed in seeds])) for kind in ("cnn_lstm", "flat")}


if __name__ == "__main__":
    print(compare_with_flat())
