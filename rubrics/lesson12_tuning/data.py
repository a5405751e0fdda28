"""Hidden data of lesson 12: the stub's generator with secret entropy, curves of trainings, and functions to search."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: X and y.
Data = tuple[np.ndarray, np.ndarray]
#: Of time from 0 to 1.
Shape = Callable[[np.ndarray], np.ndarray]


def flagged_value(rng: np.random.Generator, n: int, n_steps: int = 10) -> Data:
    """Sequences of values, one of them flagged in each.

    Args:
        rng: source of randomness.
        n: number of sequences.
        n_steps: their length.

    Returns:
        X [n, n_steps, 2], a value and a flag each step, and y [n, 1], the value at the flagged step.
    """
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)
    return X.astype("float32"), values[np.arange(n), flagged][:, None].astype("float32")


def rmse(guess: Any, truth: np.ndarray) -> float:
    """Root of the mean squared error over all values."""
    return float(np.sqrt(np.mean((np.asarray(guess, "float64") - truth) ** 2)))


@dataclass(frozen=True)
class Curves:
    """A kind of training, as its two losses show it.

    Attributes:
        words: what the curves look like, for the student.
        cause: what a wrong answer is blamed on.
        verdict: "underfit", "overfit" or "good".
        loss: shape of the training loss, of time from 0 to 1.
        val_loss: shape of the validation loss, or how many times the training loss it is.
        noise: how far it wobbles from epoch to epoch.
        last: how many times the loss before it the last one is.
    """

    words: str
    cause: str
    verdict: str
    loss: Shape
    val_loss: Shape | float
    noise: float = 0.004
    last: float = 1.0

    def history(self, rng: np.random.Generator, unit: float = 1.0) -> dict[str, list[float]]:
        """Draws curves of this kind, as `model.fit` tells them, with the loss in some unit."""
        t = np.linspace(0, 1, int(rng.integers(35, 71)))
        loss = self.loss(t)
        val_loss = loss * self.val_loss if isinstance(self.val_loss, float) else self.val_loss(t)
        drawn = [unit * curve * wobble(rng, len(t), self.noise) for curve in (loss, val_loss)]
        if self.last != 1:
            for curve in drawn:
                curve[-1] = self.last * curve[-2]
        return {"loss": drawn[0].tolist(), "val_loss": drawn[1].tolist()}


def wobble(rng: np.random.Generator, n: int, noise: float) -> np.ndarray:
    """Factors about one; noise that means over five epochs hardly know of."""
    steps = rng.uniform(-1.6, 1.6, n)
    return 1 + noise * (steps - np.convolve(steps, np.ones(5) / 5, "same"))


def falls(pace: float = 0.07, floor: float = 0.15) -> Shape:
    """Falls from 1 to a floor, and has levelled off long before the end."""
    return lambda t: floor + (1 - floor) * np.exp(-t / pace)


def line(drop: float) -> Shape:
    """Falls by so much, all the time."""
    return lambda t: 1 - drop * t


def turns(t: np.ndarray) -> np.ndarray:
    """Falls, then rises to the end, but stays far below where it began."""
    return 0.3 + 0.8 * np.exp(-t / 0.08) + 0.45 * np.clip(t - 0.4, 0, None)


def turns_early(t: np.ndarray) -> np.ndarray:
    """Falls, rises before the middle, and is level from there on."""
    return 0.3 + 0.8 * np.exp(-t / 0.05) + 0.25 / (1 + np.exp(-(t - 0.45) / 0.03))


CLEAR = (
    Curves("both losses level off far below where they began", "levelled-off", "good", falls(), 1.1),
    Curves("both losses level off after a slow beginning", "levelled-off", "good", falls(0.12), 1.15),
    Curves("both losses still fall when the training ends", "still-falling", "underfit", line(0.7), 1.05),
    Curves(
        "both losses fall more slowly, but still clearly",
        "still-falling",
        "underfit",
        lambda t: np.exp(-1.8 * t),
        1.1,
    ),
    Curves("both losses stay about where they began", "never-learned", "underfit", line(0.05), 1.02),
    Curves("the validation loss turns half-way and rises", "turned", "overfit", falls(0.2, 0.02), turns),
    Curves("the validation loss turns and stays high", "turned", "overfit", falls(0.15, 0.02), turns_early),
)
_LEVEL_WORDS = "both losses are level, with a jump in the last epoch"
_TURNED_WORDS = "the validation loss has turned, with a drop in the last epoch"
NOISY = (
    Curves("both losses wobble about a level", "wobbles", "good", falls(), 1.15, 0.05),
    Curves("the validation loss lies far above the other, both level", "gap", "good", falls(0.08, 0.3), 1.9, 0.02),
    Curves("the validation loss lies below the other, both level", "gap", "good", falls(0.1, 0.3), 0.75, 0.02),
    Curves(_LEVEL_WORDS, "last-epoch", "good", falls(), 1.1, 0.02, last=1.4),
    Curves(
        "both losses fall, with a jump in the last epoch", "last-epoch", "underfit", line(0.75), 1.1, 0.03, last=1.3
    ),
    Curves(_TURNED_WORDS, "last-epoch", "overfit", falls(0.2, 0.02), turns, 0.03, last=0.55),
    Curves("both losses wobble about where they began", "never-learned", "underfit", line(0.04), 1.03, 0.03),
)


#: Hyperparameters that belong to one group without doubt, and what is none.
GROUPS = {
    "initialization": ("kernel_initializer", "recurrent_initializer", "bias_initializer", "unit_forget_bias"),
    "architecture": ("units", "layers", "n_layers", "num_layers", "bidirectional"),
    "learning": ("learning_rate", "batch_size", "epochs", "optimizer", "loss", "clipnorm"),
}
NEEDED = {"architecture": ("units",), "learning": ("learning_rate", "batch_size", "epochs")}
SEEDS = ("seed", "random_seed", "random_state")


def plain(value: Any) -> Any:
    """A value as Python has it: NumPy's numbers and single-element arrays too."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value.item() if isinstance(value, np.ndarray | np.generic) and np.size(value) == 1 else value


def same_value(one: Any, other: Any) -> bool:
    """Whether two values of a hyperparameter, or two configurations, are the same."""
    one, other = plain(one), plain(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[name], other[name]) for name in one)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=1e-6, atol=0))
    return bool(type(one) is type(other) and one == other)


def search_scores(rng: np.random.Generator, repeats: int) -> list[np.ndarray]:
    """Errors of five configurations, [repeats] each; the third is best, the fourth has a lucky run.

    The second is the steadiest, the fifth the worst.
    """
    means = np.append(rng.permuted([0.42, 0.5, 0.58]), 0.66) + rng.uniform(-0.02, 0.02)
    scores = [mean + 0.05 * rng.permuted(np.linspace(-1, 1, repeats)) for mean in means]
    scores.insert(2, 0.25 + 0.06 * rng.permuted(np.linspace(-1, 1, repeats)))
    scores[3] = np.sort(scores[3])[::-1].copy()
    scores[3][int(rng.integers(1, repeats))] = 0.04
    scores[1] = scores[1].mean() + 0.1 * (scores[1] - scores[1].mean())
    return scores


def results_of(values: list[Any], scores: list[np.ndarray]) -> list[dict[str, Any]]:
    """What a search returns."""
    return [
        {"value": value, "mean": float(each.mean()), "std": float(each.std()), "scores": each.tolist()}
        for value, each in zip(values, scores, strict=True)
    ]


@dataclass
class Searched:
    """Stands in for `evaluate` of a search; notes its calls and makes errors up.

    Attributes:
        rng: source of the errors.
        calls: configuration, number of runs and errors of each call.
    """

    rng: np.random.Generator
    calls: list[tuple[dict[str, Any], int, list[float]]] = field(default_factory=list)

    def evaluate(self, config: Any, repeats: Any) -> list[float]:
        """Gives made-up errors, spread over the size of their mean."""
        runs = plain(repeats)
        if not isinstance(config, dict) or not isinstance(runs, int) or not 1 <= runs <= 100:
            raise ValueError("evaluate takes a configuration, which is a dict, and the number of runs")
        known = next((told for noted, _, told in self.calls if same_value(noted, config)), [])
        told = [*known, *self.rng.uniform(0.2, 0.9, runs).tolist()][:runs]  # the same seeds, so the same errors
        self.calls.append((plain(config), runs, told))
        return told


class Rows:
    """Knows rows of some data sets again."""

    def __init__(self, sets: dict[str, Data]) -> None:
        self._origin: dict[bytes, str] = {}
        for name, (X, _) in sets.items():
            self._origin |= {np.ascontiguousarray(row).tobytes(): name for row in X}

    def origins(self, X: Any) -> list[str]:
        """Which set each row is from; "" for rows of none."""
        return [self._origin.get(np.ascontiguousarray(row).tobytes(), "") for row in np.asarray(X, "float32")]


@dataclass
class Fits:
    """Stands in for `fit` and `predict`; notes what they are called with and makes predictions up.

    Attributes:
        rng: source of the predictions.
        rows: knows the sequences.
        fits: configuration, origins of the rows and seed of each fit.
        targets: the targets of each fit.
        told: number of the model, origins of the rows, and what was predicted, for each prediction.
    """

    rng: np.random.Generator
    rows: Rows
    fits: list[tuple[Any, list[str], Any]] = field(default_factory=list)
    targets: list[np.ndarray] = field(default_factory=list)
    told: list[tuple[int, list[str], np.ndarray]] = field(default_factory=list)

    def fit(self, config: Any, X: Any, y: Any, seed: Any) -> str:
        """Returns the name of a model."""
        number = plain(seed)
        if not isinstance(number, int) or not 0 <= number < 2**32:
            raise ValueError("fit takes a seed that Keras takes: a whole number from 0 to 4294967295")
        self.fits.append((plain(config), self.rows.origins(X), number))
        self.targets.append(np.asarray(y, "float64").reshape(-1))
        return f"model {len(self.fits) - 1}"

    def predict(self, model: Any, X: Any) -> np.ndarray:
        """Predicts made-up numbers, other ones for each model."""
        names = [f"model {number}" for number in range(len(self.fits))]
        if model not in names:
            raise ValueError("predict takes a model that fit returned, and sequences")
        origins = self.rows.origins(X)
        told = 0.4 * np.random.default_rng(len(origins) + 7 * names.index(model)).normal(size=(len(origins), 1))
        self.told.append((names.index(model), origins, told))
        return told


@dataclass
class Evaluations:
    """Stands in for `evaluate_config` in the experiment; which value is best depends on the data that score it.

    Attributes:
        name: the tuned hyperparameter.
        values: its values; the third is best on the validation data, the fifth on the test data.
        scores: errors of each value by data set.
        rows: knows the sequences.
        calls: number of the value, origins of the rows fitted, and of those scored, and runs, for each call.
    """

    name: str
    values: list[Any]
    scores: dict[str, list[np.ndarray]]
    rows: Rows
    calls: list[tuple[int, set[str], set[str], int]] = field(default_factory=list)

    def evaluate(self, config: Any, train: Any, validation: Any, repeats: Any, seed: Any = 0) -> list[float]:
        """Gives the errors of a value on the data that it is to be scored with."""
        del seed
        runs = plain(repeats)
        given = plain(config[self.name]) if isinstance(config, dict) and set(config) == {self.name} else None
        number = next((at for at, value in enumerate(self.values) if same_value(value, given)), None)
        if number is None or not isinstance(runs, int) or not 1 <= runs <= 50:
            raise ValueError("evaluate takes {name: value}, training data, data to score with, and the number of runs")
        fitted, scored = (set(self.rows.origins(np.asarray(data[0]))) for data in (train, validation))
        self.calls.append((number, fitted, scored, runs))
        table = self.scores["test" if "test" in scored else "validation"][number]
        return [float(table[run % len(table)]) for run in range(runs)]

    def searched(self) -> Searched:
        """What was scored on the validation data alone, as calls of a search."""
        calls = [call for call in self.calls if call[2] == {"validation"}]
        return Searched(
            np.random.default_rng(), [({self.name: self.values[number]}, runs, []) for number, _, _, runs in calls]
        )
