"""Lesson 07: CNN-LSTMs.

Goal: let a convolution describe each frame of a clip, let an LSTM read the descriptions, and find out what that gains.

Find out:
    Q1. What is hard for an LSTM that is given pictures as long rows of pixels?
    Q2. Of which parts is a CNN-LSTM made, and what does each hand to the next?
    Q3. For which tasks have CNN-LSTMs been used?
    Q4. What does the CNN in front buy?
    Q5. How is a CNN-LSTM built in Keras?

Experiment: a bar drifts through a small, noisy picture, one pixel a frame. Tell from a few frames in which direction
it goes. One frame shows whether the bar stands or lies, which leaves two directions: who looks at single frames only
is right half of the time. There are few clips to learn from.

What is graded (100 points):
     5  the file runs from top to bottom
     5  the model turns clips into a score for each class
    20  the LSTM receives one vector for each frame, made of that frame alone
    15  one and the same convolution looks at every frame
    10  `frame_features` gives what the LSTM receives
    15  the trained model tells the direction in unseen clips
     5  the answers come from what the LSTM has learned
    10  `compare_with_flat` compares with an LSTM that is given bare pixels
    15  the questions in `ANSWERS` are answered

Any way of showing each frame to the same CNN is right: TimeDistributed around each layer, around a whole small model,
or folding the frames into the batch and unfolding them again. The layer that reads the frames is an LSTM, as it is or
inside Bidirectional. ConvLSTM2D, an LSTM that convolves in its gates, is another good answer to the same experiment,
and worth a try of your own; but it has no CNN in front of it, so it is not what is built and graded here.

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson07` to see how far you are.
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
    raise NotImplementedError


def frame_features(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Tells what the LSTM of a model of `build_cnn_lstm` receives: one vector for each frame.

    X has shape (n, n_frames, height, width, channels), the result (n, n_frames, n_features). How many features there
    are follows from the layers in front of the LSTM.

    >>> frame_features(build_cnn_lstm(6, 12, 12, 1, n_classes=4), drifting_bar(3)[0]).shape
    (3, 6, ...)
    """
    raise NotImplementedError


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_frames, height, width, channels); y has shape (n,) and holds class numbers. Takes some 10 seconds
    at most.

    >>> model = train(build_cnn_lstm(6, 12, 12, 1, n_classes=4), *drifting_bar(260), seed=1)
    """
    raise NotImplementedError


def predict_direction(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Answers with a trained model: the number of the direction of each clip.

    X has shape (n, n_frames, height, width, channels), the result (n,) with whole numbers from 0 to 3. `grade` calls it
    in another process, which has the model and X but no global variables of the training.

    >>> predict_direction(model, drifting_bar(3, seed=9)[0]).shape
    (3,)
    """
    raise NotImplementedError


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
    raise NotImplementedError


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Each frame of a clip is handed to an LSTM as one long row of pixels. What is hard about that?
    #     - no_numbers: An LSTM was made for words and their codes; pixels have to be turned into words before it can
    #       take them.
    #     - places_apart: A pattern that moves by a pixel meets other weights, so each place is learned for itself.
    #     - two_pictures: Its memory holds two frames at most, so a longer clip is cut.
    #     - order_lost: As a row of pixels a clip loses the order of its frames.
    "rows_of_pixels": "",
    # Q1. Why is it hard for an LSTM to learn from pictures that come as rows of pixels?
    "spatial": "",
    # Q2. What do the two parts of a CNN-LSTM do?
    #     - cnn_time: The CNN finds out what changes over time, and the LSTM describes what is in each frame.
    #     - whole_clip: The CNN looks at the clip as a whole, and the LSTM writes the answer out, word by word.
    #     - frame_then_time: The CNN describes each frame by itself, and the LSTM reads the descriptions in their
    #       order.
    #     - both_same: Both look at the whole clip, and their answers are averaged.
    "who_does_what": "",
    # Q2. Of which parts is a CNN-LSTM made, and what does each of them do?
    "parts": "",
    # Q3. For which of these tasks does a CNN-LSTM suit? Choose all that hold.
    #     - one_picture: Telling which animal is on a single photo.
    #     - activity: Telling from a short film what somebody is doing.
    #     - one_number: Forecasting a temperature from its last 24 values.
    #     - caption: Describing in a sentence what happens in a film.
    #     - table: Telling from age and income whether a loan is paid back.
    "task": [],
    # Q3. Name a task for a CNN-LSTM. What is the picture in it, and what is the sequence?
    "uses": "",
    # Q4. Why does a CNN-LSTM get by with fewer clips than an LSTM on bare pixels?
    #     - shared_windows: The same small windows serve all places and frames: what is seen at one is known at all.
    #     - more_memory: A convolution has a longer memory than the cell of an LSTM.
    #     - no_training: The CNN needs no training; its windows are known beforehand.
    #     - smaller_frames: Its poolings make the clips shorter, so that there are fewer frames that have to be
    #       learned from.
    "gain": "",
    # Q4. `GlobalAveragePooling2D` is put at the end of the CNN, and the model no longer tells left from right. Why?
    #     - time_averaged: It averages over the frames, so that their order is lost.
    #     - too_slow: It has no weights, so nothing can be learned in front of it.
    #     - place_averaged: It keeps what is in a frame and throws away where, but a drift is a change of place.
    #     - wrong_rank: The LSTM needs pictures, and the pooling gives it vectors.
    "pooling": "",
    # Q4. What does an LSTM gain from a CNN in front of it?
    "benefit": "",
    # Q5. What does `TimeDistributed(Conv2D(8, 3))` do with a batch of clips?
    #     - eight_frames: It convolves over windows of three frames and keeps eight of them.
    #     - new_layers: It makes a convolution with weights of its own for each frame.
    #     - remembers: It hands what it has found in one frame on to the next.
    #     - one_for_all: It applies one convolution, always with the same weights, to each frame by itself.
    "wrapper": "",
    # Q5. 50 grey clips of 6 frames, 12 by 12 pixels each: which shape does the array have that goes into `fit`?
    #     - three_axes: (50, 6, 144): convolutions in a CNN-LSTM take three axes.
    #     - four_axes: (50, 6, 12, 12): grey pictures have no axis for channels.
    #     - as_channels: (50, 12, 12, 6): the frames are the channels.
    #     - five_axes: (50, 6, 12, 12, 1): clips, frames, rows, columns, channels.
    "input_axes": "",
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
        "conv": "",
        "pool": "",
        "flatten": "",
        "lstm": "",
    },
    # Q5. How do you put a CNN in front of an LSTM in Keras, and what has to be done before the LSTM?
    "in_keras": "",
}


if __name__ == "__main__":
    print(compare_with_flat())
