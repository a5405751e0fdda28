"""A subclassed model with a layer of its own around the CNN; it answers with logits."""

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


class EachFrame(keras.layers.Layer):
    """Shows each frame to the layers that it is given."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def call(self, clips):
        frames, *picture = clips.shape[1:]
        x = keras.ops.reshape(clips, (-1, *picture))
        for layer in self.layers:
            x = layer(x)
        return keras.ops.reshape(x, (-1, frames, x.shape[-1]))


class CnnLstm(keras.Model):
    def __init__(self, n_classes):
        super().__init__()
        conv = keras.layers.Conv2D(8, 3, padding="same", activation="relu")
        self.look = EachFrame([conv, keras.layers.AveragePooling2D(2), keras.layers.Flatten()])
        self.read = keras.layers.LSTM(32)
        self.head = keras.layers.Dense(n_classes)

    def call(self, clips):
        return self.head(self.read(self.look(clips)))


def build_cnn_lstm(n_frames, height, width, channels, n_classes):
    model = CnnLstm(n_classes)
    model(np.zeros((1, n_frames, height, width, channels), "float32"))
    return model


def frame_features(model, X):
    return model.look(X)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, optimizer=keras.optimizers.Adam(0.005))
    return model, model.fit(X, y, epochs=24, batch_size=20, verbose=0)


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
