"""Lesson 07: CNN-LSTMs, a reference solution.

A CNN looks for small patterns wherever they are in a picture, an LSTM follows what changes from step to step. The CNN
is a set of ordinary layers for one picture; TimeDistributed shows it every frame of a clip, always with the same
weights. What it hands on is a sequence again, one vector a frame, and that is what an LSTM reads.
"""

import keras
import numpy as np

DIRECTIONS = ("left", "right", "up", "down")  # the classes 0 to 3


def drifting_bar(n: int, n_frames: int = 6, size: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n clips of a drifting bar, which comes back in on the other side. (Given; nothing to do.)

    Returns X with shape (n, n_frames, size, size, 1): clips, frames, rows, columns, one grey channel; and y with shape
    (n,), the number of the direction of each clip.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(0, 0.1, (n, n_frames, size, size, 1))  # noise
    y = rng.integers(0, len(DIRECTIONS), n)
    for clip, number in zip(X, y, strict=True):
        direction = DIRECTIONS[number]
        length = rng.integers(3, size // 2 + 1)
        start, place = rng.integers(0, size - length + 1), rng.integers(0, size)
        for frame in clip:
            if direction in ("left", "right"):
                frame[start : start + length, place] += 1  # a bar that stands
            else:
                frame[place, start : start + length] += 1  # a bar that lies
            place = (place + (1 if direction in ("right", "down") else -1)) % size
    return X.astype("float32"), y


def build_cnn_lstm(n_frames: int, height: int, width: int, channels: int, n_classes: int) -> keras.Model:
    """Builds a model that looks at each frame with the same small CNN and reads the results with an LSTM.

    Input (batch, n_frames, height, width, channels), output (batch, n_classes): a score for each class, the highest
    for the class that the model takes to be right.

    >>> build_cnn_lstm(6, 12, 12, 1, n_classes=4).output_shape
    (None, 4)
    """
    each_frame = keras.layers.TimeDistributed
    return keras.Sequential(
        [
            keras.Input((n_frames, height, width, channels)),
            # The convolution sees one frame at a time: eight small patterns, looked for everywhere in the picture.
            each_frame(keras.layers.Conv2D(8, 3, padding="same", activation="relu")),  # (batch, frames, h, w, 8)
            # Half the size. A global pooling would tell what there is but not where, and a drift is a change of place.
            each_frame(keras.layers.MaxPooling2D(2)),  # (batch, frames, h / 2, w / 2, 8)
            each_frame(keras.layers.Flatten()),  # (batch, frames, features): a sequence of vectors
            keras.layers.LSTM(32),  # (batch, 32): what it remembers after the last frame
            keras.layers.Dense(n_classes, activation="softmax"),  # (batch, classes)
        ]
    )


def frame_features(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Tells what the LSTM of a model of `build_cnn_lstm` receives: one vector for each frame.

    X has shape (n, n_frames, height, width, channels), the result (n, n_frames, n_features). How many features there
    are follows from the layers in front of the LSTM.

    >>> frame_features(build_cnn_lstm(6, 12, 12, 1, n_classes=4), drifting_bar(3)[0]).shape
    (3, 6, ...)
    """
    lstm = next(layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
    front = keras.Model(model.inputs, lstm.input)  # the same layers with the same weights, up to the LSTM
    return front.predict(X, verbose=0)  # (n, n_frames, n_features)


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_frames, height, width, channels); y has shape (n,) and holds class numbers. Takes some 10 seconds
    at most.

    >>> model = train(build_cnn_lstm(6, 12, 12, 1, n_classes=4), *drifting_bar(260), seed=1)
    """
    keras.utils.set_random_seed(seed)
    # The classes are numbers, so the loss is the sparse one; with one-hot rows it would be categorical_crossentropy.
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005))
    model.fit(X, y, epochs=20, batch_size=20, verbose=0)
    return model


def predict_direction(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Answers with a trained model: the number of the direction of each clip.

    X has shape (n, n_frames, height, width, channels), the result (n,) with whole numbers from 0 to 3. `grade` calls it
    in another process, which has the model and X but no global variables of the training.

    >>> predict_direction(model, drifting_bar(3, seed=9)[0]).shape
    (3,)
    """
    return model.predict(X, verbose=0).argmax(axis=-1)  # (n, classes) to (n,)


def build_flat_lstm(n_frames: int, height: int, width: int, channels: int, n_classes: int) -> keras.Model:
    """Builds an LSTM that is given each frame as one long row of pixels, to compare with. (Given; nothing to do.)"""
    return keras.Sequential(
        [
            keras.Input((n_frames, height, width, channels)),
            keras.layers.Reshape((n_frames, height * width * channels)),
            keras.layers.LSTM(32),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )


def fit_and_score(kind: str, n_clips: int, seed: int) -> float:
    """Trains a model on n_clips clips and returns its share of right answers on unseen ones. (Given; nothing to do.)

    `kind` is "cnn_lstm" or "flat".
    """
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    X, y = drifting_bar(n_clips, seed=seed)
    X_new, y_new = drifting_bar(400, seed=seed + 1000)
    build = {"cnn_lstm": build_cnn_lstm, "flat": build_flat_lstm}[kind]
    model = train(build(*X.shape[1:], n_classes=len(DIRECTIONS)), X, y, seed)
    return float(np.mean(predict_direction(model, X_new) == y_new))


def compare_with_flat(score=fit_and_score, n_clips: int = 260, seeds: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    """Compares the CNN-LSTM with an LSTM that is given bare pixels.

    Call `score(kind, n_clips, seed)` for both kinds ("cnn_lstm", "flat") and each seed, and return the mean score of
    each kind. Training is random: the same seeds and as many clips for both make the comparison fair. Try it with more
    clips, too: which of the two needs them?

    >>> compare_with_flat()
    {'cnn_lstm': ..., 'flat': ...}
    """
    kinds = ("cnn_lstm", "flat")
    return {kind: float(np.mean([score(kind, n_clips, seed) for seed in seeds])) for kind in kinds}


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Each frame of a clip is handed to an LSTM as one long row of pixels. What is hard about that?
    #     - no_numbers: An LSTM was made for words and their codes; pixels have to be turned into words before it can
    #       take them.
    #     - places_apart: A pattern that moves by a pixel meets other weights, so each place is learned for itself.
    #     - two_pictures: Its memory holds two frames at most, so a longer clip is cut.
    #     - order_lost: As a row of pixels a clip loses the order of its frames.
    "rows_of_pixels": "places_apart",
    # Q1. Why is it hard for an LSTM to learn from pictures that come as rows of pixels?
    "spatial": (
        "In a row, pixels that were neighbours above and below stand far apart, so the layout of the picture is "
        "lost. Each pixel has weights of its own, and a pattern that moves to another place has to be learned there "
        "again."
    ),
    # Q2. What do the two parts of a CNN-LSTM do?
    #     - cnn_time: The CNN finds out what changes over time, and the LSTM describes what is in each frame.
    #     - whole_clip: The CNN looks at the clip as a whole, and the LSTM writes the answer out, word by word.
    #     - frame_then_time: The CNN describes each frame by itself, and the LSTM reads the descriptions in their
    #       order.
    #     - both_same: Both look at the whole clip, and their answers are averaged.
    "who_does_what": "frame_then_time",
    # Q2. Of which parts is a CNN-LSTM made, and what does each of them do?
    "parts": (
        "A small CNN looks at each frame by itself and turns it into a vector of features. An LSTM reads these "
        "vectors in the order of the frames, and a dense layer makes the answer out of what the LSTM has kept."
    ),
    # Q3. For which of these tasks does a CNN-LSTM suit? Choose all that hold.
    #     - one_picture: Telling which animal is on a single photo.
    #     - activity: Telling from a short film what somebody is doing.
    #     - one_number: Forecasting a temperature from its last 24 values.
    #     - caption: Describing in a sentence what happens in a film.
    #     - table: Telling from age and income whether a loan is paid back.
    "task": ["activity", "caption"],
    # Q3. Name a task for a CNN-LSTM. What is the picture in it, and what is the sequence?
    "uses": (
        "Telling from a video what somebody is doing. Each frame is a picture, which the CNN describes; the "
        "sequence is the frames one after the other, and the LSTM follows what changes between them."
    ),
    # Q4. Why does a CNN-LSTM get by with fewer clips than an LSTM on bare pixels?
    #     - shared_windows: The same small windows serve all places and frames: what is seen at one is known at all.
    #     - more_memory: A convolution has a longer memory than the cell of an LSTM.
    #     - no_training: The CNN needs no training; its windows are known beforehand.
    #     - smaller_frames: Its poolings make the clips shorter, so that there are fewer frames that have to be
    #       learned from.
    "gain": "shared_windows",
    # Q4. `GlobalAveragePooling2D` is put at the end of the CNN, and the model no longer tells left from right. Why?
    #     - time_averaged: It averages over the frames, so that their order is lost.
    #     - too_slow: It has no weights, so nothing can be learned in front of it.
    #     - place_averaged: It keeps what is in a frame and throws away where, but a drift is a change of place.
    #     - wrong_rank: The LSTM needs pictures, and the pooling gives it vectors.
    "pooling": "place_averaged",
    # Q4. What does an LSTM gain from a CNN in front of it?
    "benefit": (
        "The convolution uses the same small windows at all places and in all frames, so a pattern is learned once "
        "and found everywhere. That takes fewer weights and fewer clips, and the LSTM is free to follow time."
    ),
    # Q5. What does `TimeDistributed(Conv2D(8, 3))` do with a batch of clips?
    #     - eight_frames: It convolves over windows of three frames and keeps eight of them.
    #     - new_layers: It makes a convolution with weights of its own for each frame.
    #     - remembers: It hands what it has found in one frame on to the next.
    #     - one_for_all: It applies one convolution, always with the same weights, to each frame by itself.
    "wrapper": "one_for_all",
    # Q5. 50 grey clips of 6 frames, 12 by 12 pixels each: which shape does the array have that goes into `fit`?
    #     - three_axes: (50, 6, 144): convolutions in a CNN-LSTM take three axes.
    #     - four_axes: (50, 6, 12, 12): grey pictures have no axis for channels.
    #     - as_channels: (50, 12, 12, 6): the frames are the channels.
    #     - five_axes: (50, 6, 12, 12, 1): clips, frames, rows, columns, channels.
    "input_axes": "five_axes",
    # Q5. The input has the shape (50, 6, 12, 12, 1). What shape is there behind each of these layers, one on top of
    #   the other?
    #     - conv: `TimeDistributed(Conv2D(8, 3, padding="same"))`
    #     - pool: `TimeDistributed(MaxPooling2D(2))`
    #     - flatten: `TimeDistributed(Flatten())`
    #     - lstm: `LSTM(32)`
    # Partners:
    #     - vectors: (50, 6, 288)
    #     - one_vector: (50, 32)
    #     - maps: (50, 6, 12, 12, 8)
    #     - half_maps: (50, 6, 6, 6, 8)
    "shapes": {
        "conv": "maps",
        "pool": "half_maps",
        "flatten": "vectors",
        "lstm": "one_vector",
    },
    # Q5. How do you put a CNN in front of an LSTM in Keras, and what has to be done before the LSTM?
    "in_keras": (
        "Put each layer of the CNN into TimeDistributed, which shows it every frame with the same weights. Before "
        "the LSTM, TimeDistributed(Flatten()) makes one vector of each frame, so that batch, frames and features "
        "are left."
    ),
}


if __name__ == "__main__":
    print(compare_with_flat())
