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


if __name__ == "__main__":
    print(compare_with_flat())
