"""Lesson 02: how LSTMs are trained.

Goal: understand how a recurrent network learns from sequences, by doing it: once by hand, and once with a Keras
layer that keeps its state from one piece of a sequence to the next.

Find out:
    Q1. What goes wrong when a plain recurrent network learns from long sequences?
    Q2. What does the LSTM do about it?
    Q3. Which algorithm trains it?
    Q4. How does backpropagation through time work?
    Q5. What is truncated backpropagation through time, and what do you gain by it?
    Q6. How is it done in Keras, and what has to be set for it?

Experiment: first look how much of a gradient arrives at the first of 30 steps, in plain recurrent layers with small and
with large weights, in an LSTM, and in an LSTM that hardly forgets. Then train an alarm: somewhere in a sequence there
may be a spike, and from then on the output is to be 1. The sequences are cut into pieces of 10 steps, most of which
have no spike in them: what the network knows of earlier pieces, it knows from its state alone.

What is graded (100 points):
     5  the file runs from top to bottom
    15  `bptt_gradients` sends the error back through all steps
     5  `bptt_gradients` stops after k steps when it is asked to
    10  `gradient_profile` measures how much of a gradient arrives at each step
    10  `clip_by_global_norm` shortens gradients without turning them
     5  `truncated_bptt_chunks` cuts sequences into pieces that go on from each other
    15  `predict_stateful` carries the state from piece to piece, and no further
    10  `fit_stateful` carries the state while it trains, and no further
     5  the trained model raises the alarm on unseen sequences
     5  the alarm comes from what the model has learned
    15  the questions in `ANSWERS` are answered

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson02` to see how far you are.
"""

import keras
import numpy as np


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
    raise NotImplementedError


def gradient_profile(layer: keras.layers.Layer, X: np.ndarray) -> np.ndarray:
    """Measures how much of a gradient arrives at each step of the input of a recurrent layer.

    The layer returns its last output, of shape (n, units). Take the sum of all these numbers, find its gradient with
    respect to X, and return for each step t the Euclidean norm of gradient[:, t]: over all sequences and features.
    tf.GradientTape finds the gradient for you.

    X has shape (n, timesteps, features), the result (timesteps,), the first step first.

    >>> gradient_profile(keras.layers.SimpleRNN(16), np.ones((8, 30, 1), "float32")).shape
    (30,)
    """
    raise NotImplementedError


def clip_by_global_norm(grads: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Shortens gradients that are too long, all of them by the same factor.

    The global norm is the length of the one vector that holds all numbers of all arrays. If it is larger than
    max_norm, it becomes max_norm; if not, nothing is changed.

    >>> clip_by_global_norm([np.array([3.0, 0.0]), np.array([[4.0]])], 1.0)
    [array([0.6, 0. ]), array([[0.8]])]
    """
    raise NotImplementedError


def truncated_bptt_chunks(X: np.ndarray, y: np.ndarray, k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cuts sequences into pieces of k steps; the last piece is shorter where k does not divide their length.

    X has shape (n, timesteps, features), y has shape (n, timesteps, 1). Returns a list of pairs (X_k, y_k), the first
    steps first. Row j of each piece goes on where row j of the piece before it ended.

    >>> X, y = alarm(32, timesteps=25)
    >>> [X_k.shape for X_k, y_k in truncated_bptt_chunks(X, y, 10)]
    [(32, 10, 1), (32, 10, 1), (32, 5, 1)]
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


def predict_stateful(model: keras.Model, X: np.ndarray, k: int, batch_size: int) -> np.ndarray:
    """Predicts sequences piece by piece, k steps at a time, with a trained model.

    The pieces must not show in the result: it is the same for each k, and however often it is called.

    X has shape (n, timesteps, n_features), n a multiple of batch_size; the result has shape (n, timesteps, 1).
    `grade` calls it in another process, which has the model and X but no global variables of the training.

    >>> predict_stateful(model, alarm(64, seed=9)[0], k=10, batch_size=32).shape
    (64, 40, 1)
    """
    raise NotImplementedError


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
    "vanishing_cause": "",
    # Q1. Gradients explode now and then. What does clipping by the global norm do about it?
    #     - lifts_small: It lengthens gradients that are too short and shortens those that are too long.
    #     - each_number: It cuts each number of the gradients off at a limit of its own.
    #     - one_factor: It makes all gradients shorter by one common factor, so that their direction stays.
    #     - skips_step: It leaves that step of training out.
    "clipping": "",
    # Q1. What goes wrong when a plain recurrent network is trained on long sequences, and what is the cause?
    "gradients": "",
    # Q2. What is different about the way that a gradient takes back through the cell state of an LSTM?
    #     - scaled_by_gate: The cell state is carried on by adding, so there is one factor a step: how far the forget
    #       gate is open.
    #     - no_factors: There are no factors on it at all, so the gradient arrives as it was.
    #     - linear_gates: The gates are linear, and so their slope is 1 everywhere.
    #     - skips_steps: It jumps over all the steps in which nothing was written into the cell.
    "way_back": "",
    # Q2. How much of a gradient arrives 50 steps back in an LSTM of Keras that has not been trained yet?
    #     - all_of_it: All of it: in an LSTM no gradient vanishes.
    #     - as_plain: As much as in a plain recurrent layer; the difference only comes with training.
    #     - grows: More than at the last step: the cell state adds up, and so does the gradient.
    #     - small_part: A very small part, and yet far more than in a plain recurrent layer with small weights.
    "fresh_lstm": "",
    # Q2. What in an LSTM lets the gradient reach steps that lie far back?
    "through_cell": "",
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
        "loss": "",
        "bptt": "",
        "optimizer": "",
        "gates": "",
    },
    # Q3. Which algorithm finds the gradients of an LSTM, and what is done with them then?
    "algorithm": "",
    # Q4. A sequence has 30 steps. What is the gradient of the recurrent weights, as backpropagation through time
    #   finds it?
    #     - last_share: The share of step 30, since the loss is known there.
    #     - thirty_arrays: Thirty gradients, and thirty sets of weights that are changed by them.
    #     - sum_of_shares: One gradient, the sum of what each of the 30 steps adds to it.
    #     - largest_share: The share of the step at which the error is largest.
    "shared_weights": "",
    # Q4. How does backpropagation through time get from the error to the gradients of the weights?
    "through_time": "",
    # Q5. Sequences of 1000 steps are trained on in pieces of 10. What follows from that? Choose all that hold.
    #     - less_memory: Only the states of a few steps have to be kept for the way back.
    #     - exact_gradients: The gradients become more exact, since there is less to add up.
    #     - more_updates: The weights are changed many times in each sequence instead of once.
    #     - state_lost: The network cannot know anything of what came before its piece, whatever is done with the
    #       state.
    #     - short_reach: No error is sent back from one piece into the piece before it.
    "truncation": [],
    # Q5. What does truncated backpropagation through time do differently, what is gained, and what is lost?
    "truncated": "",
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
        "stateful": "",
        "batch_shape": "",
        "reset_state": "",
        "no_shuffle": "",
    },
    # Q6. How do you set up truncated backpropagation through time in Keras, and what has to be minded?
    "stateful_setup": "",
}


if __name__ == "__main__":
    run_experiment()
