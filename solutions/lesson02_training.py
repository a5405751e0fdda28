"""Lesson 02: how LSTMs are trained, a reference solution.

All steps of a sequence use the same weights, so each step has its share in their gradients. Truncating shortens the
way back of the error, and never the way forward of the state: that is carried from piece to piece.
"""

import keras
import numpy as np
import tensorflow as tf


def bptt_gradients(
    x: np.ndarray, y: float, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray, Wo: np.ndarray, k: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Computes the gradients of a small recurrent network for one sequence, by hand.

    Forward, beginning with h_0 = 0:

        h_t = tanh(x_t @ Wx + h_(t-1) @ Wh + b)    for each step t of x
        loss = (h_T @ Wo - y) ** 2 / 2             from the last step T alone

    Backward, the error goes from the loss to h_T, from there to h_(T-1), and so on to the first step. Each step adds
    its share to the gradients of Wx, Wh and b, since all steps use the same weights. With k, only the last k steps
    do so: what h was before them is taken as given.

    x has shape (timesteps, features), Wx (features, units), Wh (units, units), b (units,), Wo (units,). Returns the
    gradients (dWx, dWh, db, dWo), each of the shape of its weights. Use NumPy alone, no automatic differentiation.

    >>> weights = np.ones((2, 3)), np.eye(3), np.zeros(3), np.ones(3)
    >>> [gradient.shape for gradient in bptt_gradients(np.ones((7, 2)), 1.0, *weights)]
    [(2, 3), (3, 3), (3,), (3,)]
    """
    h = np.zeros((len(x) + 1, len(b)))  # (timesteps + 1, units), the empty state first
    for t in range(len(x)):
        h[t + 1] = np.tanh(x[t] @ Wx + h[t] @ Wh + b)
    error = h[-1] @ Wo - y

    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = error * Wo  # (units,), the gradient that arrives at the last state
    first = 0 if k is None else max(len(x) - k, 0)
    for t in reversed(range(first, len(x))):
        dz = dh * (1 - h[t + 1] ** 2)  # (units,), through the tanh: its slope is 1 - tanh ** 2
        dWx += np.outer(x[t], dz)
        dWh += np.outer(h[t], dz)  # h[t] is the state before step t
        db += dz
        dh = Wh @ dz  # (units,), one step back; the same factor Wh each time lets gradients vanish or explode
    return dWx, dWh, db, error * h[-1]


def gradient_profile(layer: keras.layers.Layer, X: np.ndarray) -> np.ndarray:
    """Measures how much of a gradient arrives at each step of the input of a recurrent layer.

    The layer returns its last output, of shape (n, units). Take the sum of all these numbers, find its gradient with
    respect to X, and return for each step t the Euclidean norm of gradient[:, t]: over all sequences and features.
    tf.GradientTape finds the gradient for you.

    X has shape (n, timesteps, features), the result (timesteps,), the first step first.

    >>> gradient_profile(keras.layers.SimpleRNN(16), np.ones((8, 30, 1), "float32")).shape
    (30,)
    """
    inputs = tf.convert_to_tensor(X)  # (n, timesteps, features)
    with tf.GradientTape() as tape:
        tape.watch(inputs)  # a tape watches weights by itself, but no inputs
        total = tf.reduce_sum(layer(inputs))
    gradient = tape.gradient(total, inputs).numpy()  # (n, timesteps, features)
    return np.sqrt((gradient**2).sum(axis=(0, 2)))  # (timesteps,)


def clip_by_global_norm(grads: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Shortens gradients that are too long, all of them by the same factor.

    The global norm is the length of the one vector that holds all numbers of all arrays. If it is larger than
    max_norm, it becomes max_norm; if not, nothing is changed.

    >>> clip_by_global_norm([np.array([3.0, 0.0]), np.array([[4.0]])], 1.0)
    [array([0.6, 0. ]), array([[0.8]])]
    """
    norm = np.sqrt(sum(np.sum(grad**2) for grad in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [grad * factor for grad in grads]


def truncated_bptt_chunks(X: np.ndarray, y: np.ndarray, k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cuts sequences into pieces of k steps; the last piece is shorter where k does not divide their length.

    X has shape (n, timesteps, features), y has shape (n, timesteps, 1). Returns a list of pairs (X_k, y_k), the first
    steps first. Row j of each piece goes on where row j of the piece before it ended.

    >>> X, y = alarm(32, timesteps=25)
    >>> [X_k.shape for X_k, y_k in truncated_bptt_chunks(X, y, 10)]
    [(32, 10, 1), (32, 10, 1), (32, 5, 1)]
    """
    starts = range(0, X.shape[1], k)
    return [(X[:, start : start + k], y[:, start : start + k]) for start in starts]


def alarm(n: int, timesteps: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n sequences, half of them with a spike at some step. (Given; nothing to do.)

    Returns X with shape (n, timesteps, 1), 1 at the spike and 0 elsewhere, and y of the same shape, 1 from the spike
    on and 0 before it.
    """
    rng = np.random.default_rng(seed)
    X = np.zeros((n, timesteps, 1), "float32")
    rows = rng.permutation(n)[: n // 2]
    X[rows, rng.integers(0, timesteps, len(rows)), 0] = 1
    return X, np.maximum.accumulate(X, axis=1)


def build_stateful(batch_size: int, n_features: int) -> keras.Model:
    """Builds a model with a recurrent layer of Keras that keeps its state between calls.

    Input (batch_size, any number of steps, n_features), output (batch_size, as many steps, 1): at each step the
    probability that the alarm is on. Row j of a batch goes on from the state that row j of the batch before it has
    left, so such a model must know its batch size: keras.Input(batch_shape=...).

    >>> build_stateful(32, 1).output_shape
    (32, None, 1)
    """
    return keras.Sequential(
        [
            keras.Input(batch_shape=(batch_size, None, n_features)),
            keras.layers.LSTM(8, return_sequences=True, stateful=True),  # (batch_size, steps, 8)
            keras.layers.Dense(1, activation="sigmoid"),  # (batch_size, steps, 1)
        ]
    )


def empty_state(model: keras.Model) -> None:
    """Empties the state of all layers that keep one; a model of Keras 3 has no method for that."""
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def fit_stateful(
    model: keras.Model, X: np.ndarray, y: np.ndarray, k: int, epochs: int, batch_size: int, seed: int
) -> keras.Model:
    """Trains a model of `build_stateful` by truncated backpropagation through time.

    Each batch of sequences is given to the model piece by piece, k steps at a time, with a step of training after
    each piece. The model keeps its state between the pieces of a batch, and begins each batch with an empty one.

    X has shape (n, timesteps, n_features), y has shape (n, timesteps, 1); n is a multiple of batch_size. Compile the
    model here or in `build_stateful`. Takes some 10 seconds at most; the same seed gives the same result.

    >>> model = fit_stateful(build_stateful(32, 1), *alarm(256), k=10, epochs=10, batch_size=32, seed=1)
    """
    keras.utils.set_random_seed(seed)
    # Only pieces with a spike or a carried alarm teach something, so the few steps of training have to be large.
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.02))
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = slice(start, start + batch_size)
            empty_state(model)  # other sequences begin here
            for X_k, y_k in truncated_bptt_chunks(X[rows], y[rows], k):
                model.train_on_batch(X_k, y_k)
    return model


def predict_stateful(model: keras.Model, X: np.ndarray, k: int, batch_size: int) -> np.ndarray:
    """Predicts sequences piece by piece, k steps at a time, with a trained model.

    The pieces must not show in the result: it is the same for each k, and however often it is called.

    X has shape (n, timesteps, n_features), n a multiple of batch_size; the result has shape (n, timesteps, 1).
    `grade` calls it in another process, which has the model and X but no global variables of the training.

    >>> predict_stateful(model, alarm(64, seed=9)[0], k=10, batch_size=32).shape
    (64, 40, 1)
    """
    batches = []
    for start in range(0, len(X), batch_size):
        batch = X[start : start + batch_size]
        empty_state(model)
        pieces = [model.predict_on_batch(X_k) for X_k, _ in truncated_bptt_chunks(batch, batch, k)]
        batches.append(np.concatenate(pieces, axis=1))  # (batch_size, timesteps, 1)
    return np.concatenate(batches)  # (n, timesteps, 1)


def recurrent_layers(units: int = 16) -> dict[str, keras.layers.Layer]:
    """Makes untrained layers that treat gradients differently. (Given; nothing to do.)"""
    small, large = (keras.initializers.Orthogonal(gain) for gain in (0.5, 2.0))
    hardly_forgets = keras.layers.LSTM(units)
    hardly_forgets.build((None, None, 1))
    kernel, recurrent_kernel, bias = hardly_forgets.get_weights()
    bias[units : 2 * units] = 4  # the biases of the forget gates: wide open
    hardly_forgets.set_weights([kernel, recurrent_kernel, bias])
    return {
        "plain, small weights": keras.layers.SimpleRNN(units, recurrent_initializer=small),
        "plain, large weights": keras.layers.SimpleRNN(units, recurrent_initializer=large),
        "LSTM": keras.layers.LSTM(units),
        "LSTM that hardly forgets": hardly_forgets,
    }


def run_experiment(seed: int = 0) -> None:
    """Shows what arrives of a gradient, then trains the alarm. (Given; nothing to do.)"""
    keras.utils.set_random_seed(seed)
    X = np.random.default_rng(seed).normal(size=(8, 30, 1)).astype("float32")
    print("gradient at the first step, as a share of that at the last step:")
    for name, layer in recurrent_layers().items():
        profile = gradient_profile(layer, X)
        print(f"    {name}: {profile[0] / profile[-1]:.0e}")
    model = fit_stateful(build_stateful(32, 1), *alarm(256, seed=seed), k=10, epochs=10, batch_size=32, seed=seed)
    X, y = alarm(128, seed=seed + 1000)
    is_on = predict_stateful(model, X, k=10, batch_size=32).round()
    print(f"alarm right at {np.mean(is_on == y):.1%} of the steps; always off would be right at {np.mean(y == 0):.1%}")


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. In training, hardly any gradient arrives at the first steps of a long sequence. What is behind it?
    #     - values_shrink: The values that the network reads get smaller from step to step, and the first ones are
    #       lost.
    #     - many_factors: On its way back the gradient is multiplied by about the same factor at each step.
    #     - too_many_weights: Each step has weights of its own, so a long sequence has more of them than can be
    #       learned.
    #     - small_rate: The learning rate is too small for the error to get that far.
    "vanishing_cause": "many_factors",
    # Q1. Gradients explode now and then. What does clipping by the global norm do about it?
    #     - lifts_small: It lengthens gradients that are too short and shortens those that are too long.
    #     - each_number: It cuts each number of the gradients off at a limit of its own.
    #     - one_factor: It makes all gradients shorter by one common factor, so that their direction stays.
    #     - skips_step: It leaves that step of training out.
    "clipping": "one_factor",
    # Q1. What goes wrong when a plain recurrent network is trained on long sequences, and what is the cause?
    "gradients": (
        "The gradient vanishes or explodes on its way back to the first steps. At each step it is multiplied by the "
        "same recurrent weights and by the slope of the tanh, and a product of many such factors goes to zero or to "
        "infinity."
    ),
    # Q2. What is different about the way that a gradient takes back through the cell state of an LSTM?
    #     - scaled_by_gate: The cell state is carried on by adding, so there is one factor a step: how far the forget
    #       gate is open.
    #     - no_factors: There are no factors on it at all, so the gradient arrives as it was.
    #     - linear_gates: The gates are linear, and so their slope is 1 everywhere.
    #     - skips_steps: It jumps over all the steps in which nothing was written into the cell.
    "way_back": "scaled_by_gate",
    # Q2. How much of a gradient arrives 50 steps back in an LSTM of Keras that has not been trained yet?
    #     - all_of_it: All of it: in an LSTM no gradient vanishes.
    #     - as_plain: As much as in a plain recurrent layer; the difference only comes with training.
    #     - grows: More than at the last step: the cell state adds up, and so does the gradient.
    #     - small_part: A very small part, and yet far more than in a plain recurrent layer with small weights.
    "fresh_lstm": "small_part",
    # Q2. What in an LSTM lets the gradient reach steps that lie far back?
    "through_cell": (
        "The cell state is carried on by adding new content, without weights and squashing in between. What weakens "
        "the gradient at each step is the forget gate alone, and while that is open, near 1, the gradient comes "
        "through."
    ),
    # Q3. Who does what in the training of an LSTM?
    #     - loss: loss
    #     - bptt: backpropagation through time
    #     - optimizer: optimizer, such as Adam
    #     - gates: gates
    # Partners:
    #     - changes_weights: changes the weights, a little each time
    #     - says_how_wrong: says how far the output is from what was wanted
    #     - steer_memory: say what is kept and what is let in, at each step anew
    #     - finds_gradients: finds out how the error depends on each of the weights
    "who_does_what": {
        "loss": "says_how_wrong",
        "bptt": "finds_gradients",
        "optimizer": "changes_weights",
        "gates": "steer_memory",
    },
    # Q3. Which algorithm finds the gradients of an LSTM, and what is done with them then?
    "algorithm": (
        "Backpropagation through time finds the gradients. An optimizer, such as Adam, then changes each weight a "
        "little against its gradient, so that the loss gets smaller."
    ),
    # Q4. A sequence has 30 steps. What is the gradient of the recurrent weights, as backpropagation through time
    #   finds it?
    #     - last_share: The share of step 30, since the loss is known there.
    #     - thirty_arrays: Thirty gradients, and thirty sets of weights that are changed by them.
    #     - sum_of_shares: One gradient, the sum of what each of the 30 steps adds to it.
    #     - largest_share: The share of the step at which the error is largest.
    "shared_weights": "sum_of_shares",
    # Q4. How does backpropagation through time get from the error to the gradients of the weights?
    "through_time": (
        "The network is unrolled, so that each step is like a layer of a deep network. The error goes back from the "
        "last step to the first, one step at a time. All steps share the same weights, so the gradients of all "
        "steps are added up."
    ),
    # Q5. Sequences of 1000 steps are trained on in pieces of 10. What follows from that? Choose all that hold.
    #     - less_memory: Only the states of a few steps have to be kept for the way back.
    #     - exact_gradients: The gradients become more exact, since there is less to add up.
    #     - more_updates: The weights are changed many times in each sequence instead of once.
    #     - state_lost: The network cannot know anything of what came before its piece, whatever is done with the
    #       state.
    #     - short_reach: No error is sent back from one piece into the piece before it.
    "truncation": ["less_memory", "more_updates", "short_reach"],
    # Q5. What does truncated backpropagation through time do differently, what is gained, and what is lost?
    "truncated": (
        "The error goes back through a few steps only, piece by piece, while the state is carried on. That needs "
        "less memory and time, and the weights are updated more often. Dependencies that are longer than a piece "
        "are hardly learned."
    ),
    # Q6. An LSTM in Keras is to go on from piece to piece of a sequence. What is each of these for?
    #     - stateful: `stateful=True` in the layer
    #     - batch_shape: `keras.Input(batch_shape=(32, None, 1))`
    #     - reset_state: `layer.reset_state()`
    #     - no_shuffle: `shuffle=False` in `fit`
    # Partners:
    #     - rows_go_on: that row j of a batch goes on from row j of the batch before it
    #     - fixed_rows: that it is known for how many sequences a state has to be kept
    #     - forgets: that other sequences do not begin with what is left of the last ones
    #     - keeps: that the state outlives the end of a batch
    "keras_parts": {
        "stateful": "keeps",
        "batch_shape": "fixed_rows",
        "reset_state": "forgets",
        "no_shuffle": "rows_go_on",
    },
    # Q6. How do you set up truncated backpropagation through time in Keras, and what has to be minded?
    "stateful_setup": (
        "The sequences are cut into pieces of k steps, which are given to the model in their order. The LSTM layer "
        "has stateful=True and a fixed batch size, so it keeps its state between the pieces. The state is reset "
        "before other sequences begin, and nothing is shuffled, so that row j goes on from row j."
    ),
}


if __name__ == "__main__":
    run_experiment()
