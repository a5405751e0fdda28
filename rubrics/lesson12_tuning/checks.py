"""Hidden checks of lesson 12. Searching and choosing are protocols: made-up scores show them exactly, in no time."""

from collections import Counter
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Blocked,
    CleanModel,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    expect_array,
    expect_items,
    expect_mapping,
    expect_model,
    expect_number,
    in_words,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.rubric import Criterion
from grader.seeds import Streams

WORDS = ("underfit", "overfit", "good")
GOOD_CONFIG = {"learning_rate": 0.01, "units": 24, "batch_size": 16, "epochs": 6}
#: With such a learning rate, a model stays about what it was before training, but for the last digits.
STILL = 1e-6
#: Without what it has learned, a model does no better than the mean, which is off by 0.58.
NEEDLESS = 0.45
#: Values that are tried before a group of hyperparameters is said to change nothing.
TRIES = 8


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


# Curves.


def test_curves(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`diagnose` tells underfitting, overfitting and good fits apart"""
    judge_curves(submission, data.CLEAR, streams.generator("clear curves"))


def test_noisy(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`diagnose` is not misled by noise, by a gap or by the scale of the loss"""
    rng = streams.generator("noisy curves")
    judge_curves(submission, data.NOISY, rng)
    for unit, words in ((10 ** rng.uniform(-3, -2.5), "small"), (10 ** rng.uniform(2.5, 3), "large")):
        for curves in data.CLEAR:
            told = verdict(submission, curves.history(rng, unit))
            if told != curves.verdict:
                raise Miss("unit", size=words, expected=f"'{curves.verdict}'", received=f"'{told}'")


def judge_curves(submission: SubmissionView, kinds: Iterable[Any], rng: np.random.Generator) -> None:
    """Holds that each kind of curves is told rightly, twice."""
    drawn = [(curves, curves.history(rng)) for curves in kinds for _ in range(2)]
    told = [verdict(submission, history) for _, history in drawn]
    if len(set(told)) == 1:
        raise Miss("one-verdict", received=f"'{told[0]}'", expected="another word for other curves")
    for (curves, _), word in zip(drawn, told, strict=True):
        if word != curves.verdict:
            raise Miss(curves.cause, words=curves.words, expected=f"'{curves.verdict}'", received=f"'{word}'")


def verdict(submission: SubmissionView, history: dict[str, list[float]]) -> str:
    """What diagnose says."""
    told = submission.diagnose(history)
    if isinstance(told, str) and told in WORDS:
        return told
    if told is None:
        raise Miss("returned-none", function="diagnose", expected="a word", received="None")
    expected, received = "'underfit', 'overfit' or 'good'", in_words(told)
    raise Miss("wrong-type", function="diagnose", expected=expected, received=received)


# The space, and models made from its configurations.


def groups_of(submission: SubmissionView, data: ModuleType) -> dict[str, dict[str, list[Any]]]:
    """The search space in plain lists."""
    told = expect_mapping(submission.search_space(), "search_space", tuple(data.GROUPS))
    return {group: values_of(group, told[group]) for group in data.GROUPS}


def values_of(group: str, told: Any) -> dict[str, list[Any]]:
    """The values of each hyperparameter of a group; tuples and arrays are as good as lists."""
    function, wanted = f"search_space()['{group}']", "a dict of lists of values"
    if not isinstance(told, dict):
        raise Miss("wrong-space", function=function, expected=wanted, received=in_words(told))
    for values in told.values():
        if not isinstance(values, list | tuple | np.ndarray) or not np.shape(values):
            raise Miss("wrong-space", function=function, expected=wanted, received=f"a dict with {in_words(values)}")
    return {str(name): list(values) for name, values in told.items()}


def test_space(submission: SubmissionView, data: ModuleType) -> None:
    """`search_space` names what can be tuned in each group, with values worth trying"""
    groups = groups_of(submission, data)
    homes = {name: group for group, names in data.GROUPS.items() for name in names}
    for group, name, values in [(group, *item) for group, space in groups.items() for item in space.items()]:
        if name in data.SEEDS:
            raise Miss("seed-tuned", name=name, expected="hyperparameters", received="a seed")
        if homes.get(name, group) != group:
            raise Miss("other-group", name=name, expected=f"in '{homes[name]}'", received=f"in '{group}'")
        if len({repr(data.plain(value)) for value in values}) < 2:
            raise Miss("one-value", name=name, expected="two different values or more", received="fewer")
    for group, space in groups.items():
        missing = [name for name in data.NEEDED.get(group, ()) if name not in space]
        if missing:
            raise Miss("not-named", name=missing[0], group=group, expected=f"'{missing[0]}'", received="not there")
        if len(space) < 2:
            raise Miss("few-names", group=group, expected="two or more", received=f"{len(space)}")
    rates = expect_array(groups["learning"]["learning_rate"], "search_space")
    if rates.min() <= 0 or rates.max() < 9.9 * rates.min():
        raise Miss("narrow-rates", expected="values above 0 of several orders of magnitude", received="others")


class Small:
    """Small fits in one room, each made when first asked for."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        rng = streams.generator("small")
        self.room = rooms.student()
        self.seed = int(rng.integers(10, 1000))
        self.base = {"learning_rate": 0.01, "units": int(rng.integers(5, 8)), "batch_size": 8, "epochs": 2}
        self.X, self.y = data.flagged_value(rng, 48, n_steps=int(rng.integers(5, 8)))
        self._made: dict[tuple[str, int, int], CleanModel] = {}

    def model(self, config: dict[str, Any], seed: int = 0, time: int = 0) -> CleanModel:
        """The model of a configuration; `time` tells one fit from another of the same."""
        key = (repr(sorted(config.items())), seed, time)
        if key not in self._made:
            told = self.room.fit_config(config, self.X, self.y, self.seed + seed)
            self._made[key] = expect_model(told, "fit_config").clean(self.X[:1])
        return self._made[key]

    def predict(self, config: dict[str, Any], seed: int = 0, time: int = 0) -> np.ndarray:
        """What the model of a configuration predicts for its own training data."""
        return expect_array(self.model(config, seed, time).predict(self.X), "fit_config", self.y.shape)


@pytest.fixture(scope="module")
def small(rooms: Rooms, streams: Streams, data: ModuleType) -> Small:
    return Small(rooms, streams, data)


def test_obeys(small: Small, submission: SubmissionView, data: ModuleType) -> None:
    """`fit_config` builds and trains what the configuration says"""
    output = small.model(small.base).predict(small.X[:4])
    if output.shape != (4, 1):
        raise Miss("output-shape", expected="(None, 1)", received=shape_in_words((None, *output.shape[1:])))
    layers = [call for call in small.model(small.base).calls(small.X[:1]) if call.recurrent or "LSTM" in call.kind]
    if not any(call.is_lstm or call.kind == "LSTMCell" for call in layers):
        raise Miss("no-lstm", expected="an LSTM layer", received="none")
    if small.base["units"] not in {call.units for call in layers}:
        expected = f"{small.base['units']} for that many in the configuration"
        raise Miss("wrong-units", expected=expected, received=" and ".join(str(call.units) for call in layers))
    before = small.predict(small.base)
    for name, value in (("learning_rate", STILL), ("epochs", 3), ("batch_size", 24)):
        if np.array_equal(small.predict(small.base | {name: value}), before):
            raise Miss("ignored", name=name, expected="another model", received="the same one")
    hold_effect(small, groups_of(submission, data)["initialization"])


def hold_effect(small: Small, space: dict[str, list[Any]]) -> None:
    """Holds that something among the values of a group changes the model; what has no value gets a default."""
    config = {"learning_rate": STILL, "epochs": 1}
    before = small.predict(config)
    tries = [{name: value} for name, values in space.items() for value in values[::-1]]
    if all(np.array_equal(small.predict(config | change), before) for change in tries[:TRIES]):
        names = ", ".join(f"'{name}'" for name in space)
        raise Miss("group-ignored", names=names, expected="other models for other values", received="the same one")


def test_fresh(small: Small) -> None:
    """`fit_config` starts from a fresh model, and the seed decides how it turns out"""
    before, again = (small.predict(small.base, time=time) for time in range(2))
    still = small.base | {"learning_rate": STILL}
    behind = small.predict(still, time=1)  # the very next fit: next to nothing is learned in it
    one, other = small.predict(still), small.predict(still, seed=1)
    if np.array_equal(one, other):
        raise Miss("fit-seed-ignored", expected="another model for another seed", received="the same one")
    # Other weights at the start make some hundred times that difference, and so does what the fit before has learned.
    if np.allclose(one, other, atol=2e-3) or np.allclose(behind, again, atol=2e-3):
        raise Miss("not-fresh", expected="new weights at the start of each fit", received="those of an earlier one")
    if not np.array_equal(before, again):
        raise Miss("fit-not-reproducible", expected="the same model for the same seed", received="another one")


# Skill.


class Skill:
    """Models with good hyperparameters, each fitted when first asked for, and errors of what they predict."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        self._fitted: dict[int, ModelView] = {}

    def model(self, repeat: int) -> ModelView:
        if repeat not in self._fitted:
            X, y = self._data.flagged_value(self._streams.generator("train", repeat), 600)
            told = self._rooms.student().fit_config(GOOD_CONFIG, X, y, self._streams.seed("fit", repeat))
            self._fitted[repeat] = expect_model(told, "fit_config")
        return self._fitted[repeat]

    def error(self, repeat: int = 0) -> float:
        return self._error(lambda X: self.model(repeat).clean(X[:1]), repeat)

    def error_without_lstm(self) -> float:
        """The error with the weights of all recurrent layers set to zero."""

        def perturbed(X: np.ndarray) -> CleanModel:
            model = self.model(0).clean(X[:1])
            try:
                model.perturb("no recurrence")
            except Blocked:  # a frozen graph: changed in its own room, then brought over again
                self.model(0).view.perturb(self.model(0), "no recurrence")  # type: ignore[attr-defined]
                model = self.model(0).clean(X[:1])
            return model

        return self._error(perturbed)

    def _error(self, model_for: Callable[[np.ndarray], CleanModel], repeat: int = 0) -> float:
        X, y = self._data.flagged_value(self._streams.generator("unseen", repeat), 400)
        return float(self._data.rmse(expect_array(model_for(X).predict(X), "fit_config", y.shape), y))


@pytest.fixture(scope="module")
def skill(rooms: Rooms, streams: Streams, data: ModuleType) -> Skill:
    return Skill(rooms, streams, data)


def test_skill(skill: Skill, criterion: Criterion, record: Record) -> None:
    """A model that is trained with good hyperparameters finds the flagged value"""
    measure_skill(criterion, record, skill.error)


def test_learned(skill: Skill, record: Record) -> None:
    """The prediction comes from what the LSTM has learned"""
    error = skill.error_without_lstm()
    record.measured("RMSE with all LSTM weights set to zero", error)
    if error < NEEDLESS:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="useless predictions", received="good ones")


# Protocols.


def test_repeats(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`evaluate_config` scores a configuration with several runs on validation data"""
    rng = streams.generator("repeats")
    sets = {"train": data.flagged_value(rng, 40, 6), "validation": data.flagged_value(rng, 23, 6)}
    config, repeats = {"units": int(rng.integers(3, 90)), "learning_rate": 0.003}, int(rng.integers(4, 7))
    used = []
    for seed in (5, 5, 8012):
        fits = data.Fits(rng, data.Rows(sets))
        told = submission.evaluate_config(
            config, sets["train"], sets["validation"], repeats, seed, fit=fits.fit, predict=fits.predict
        )
        judge_fits(fits, config, sets, repeats, data)
        judge_scores(told, fits, sets["validation"][1], repeats, data)
        used.append(sorted(number for _, _, number in fits.fits))
    if used[0] != used[1]:
        raise Miss("runs-not-reproducible", expected="the same seeds again", received="others")
    if used[0] == used[2]:
        raise Miss("run-seed-ignored", expected="other seeds for another `seed`", received="the same ones")


def judge_fits(fits: Any, config: dict[str, Any], sets: dict[str, Any], repeats: int, data: ModuleType) -> None:
    """Holds that the configuration was fitted as often as asked, anew each time, on all training data only."""
    wanted = f"{repeats} fits"
    if len(fits.fits) != repeats:
        cause = "fit-once" if len(fits.fits) == 1 else "other-number"
        raise Miss(cause, what="fit", expected=wanted, received=f"{len(fits.fits)}")
    targets = np.sort(sets["train"][1].ravel())
    for (given, origins, _), each in zip(fits.fits, fits.targets, strict=True):
        if not data.same_value(given, config):
            raise Miss("other-config", function="evaluate_config", expected="the given one", received="another one")
        if "validation" in origins:
            raise Miss("leak", expected="training sequences only", received="validation sequences as well")
        if origins != ["train"] * len(targets) or not np.array_equal(np.sort(each), targets.astype("float64")):
            raise Miss("not-all-rows", expected="all training sequences", received=f"{len(origins)} sequences")
    if len({number for _, _, number in fits.fits}) < repeats:
        raise Miss("one-seed", expected="another seed for each run", received="one seed for several runs")


def judge_scores(told: Any, fits: Any, y: np.ndarray, repeats: int, data: ModuleType) -> None:
    """Holds that each model was scored by its error on all validation sequences."""
    if isinstance(told, int | float) or np.ndim(told) == 0:
        raise Miss("one-number", expected=f"a list of {repeats}", received=in_words(told))
    scores = expect_array(expect_items(list(told), "evaluate_config", repeats), "evaluate_config", (repeats,))
    last = {number: (origins, predicted) for number, origins, predicted in fits.told}
    if len(last) < repeats:
        raise Miss("not-scored", expected=f"predictions of {repeats} models", received=f"of {len(last)}")
    if any(set(origins) == {"train"} for origins, _ in last.values()):
        raise Miss("scored-on-train", expected="the validation sequences", received="the training sequences")
    if any(origins != ["validation"] * len(y) for origins, _ in last.values()):
        raise Miss("not-all-scored", expected="all validation sequences", received="others")
    predictions = [last[number][1] for number in range(repeats)]
    errors = [data.rmse(predicted, y) for predicted in predictions]
    if np.allclose(scores, errors, rtol=1e-4):
        return
    known = {
        "the mean squared error": np.square(errors),
        "the mean absolute error": [float(np.abs(predicted - y).mean()) for predicted in predictions],
        "the mean of all runs, over and over": np.full(repeats, np.mean(errors)),
    }
    what = next((name for name, values in known.items() if np.allclose(scores, values, rtol=1e-4)), "other numbers")
    raise Miss("not-the-error", expected="the root of the mean squared error of each run", received=what)


def test_grid(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`grid_search` scores each value with all its runs"""
    rng = streams.generator("grid")
    spaces = {"units": [3, 11, 29, 47], "optimizer": ["RMSprop", "Nadam", "SGD"], "learning_rate": [0.2, 3e-4]}
    for name, values in spaces.items():
        searched, repeats = data.Searched(rng), int(rng.integers(4, 8))
        told = submission.grid_search(name, values, searched.evaluate, repeats)
        configs = [{name: value} for value in values]
        judge_calls(searched, configs, repeats, "grid_search", data)
        judge_results(told, values, searched, "grid_search", data)


def judge_calls(searched: Any, configs: list[Any], repeats: int, function: str, data: ModuleType) -> None:
    """Holds that each configuration was evaluated once, with all runs, and nothing else."""
    if not searched.calls:
        raise Miss("not-evaluated", function=function, expected="a call for each configuration", received="no call")
    for config, _, _ in searched.calls:
        if not any(data.same_value(config, each) for each in configs):
            raise Miss("other-config", function=function, expected="the configurations to try", received="another one")
    for wanted in configs:
        runs = [runs for config, runs, _ in searched.calls if data.same_value(config, wanted)]
        if not runs:
            raise Miss("left-out", function=function, expected=f"{len(configs)} configurations", received="fewer")
        if len(runs) > 1:
            raise Miss("same-run", function=function, expected="one call", received=f"{len(runs)} calls")
        if runs[0] != repeats:
            raise Miss("too-few-runs", function=function, expected=f"{repeats}", received=f"{runs[0]}")


def judge_results(told: Any, values: list[Any], searched: Any, function: str, data: ModuleType) -> None:
    """Holds that a search tells value, scores, mean and deviation of all that it tried."""
    results = [
        expect_mapping(result, function, ("value", "mean", "std", "scores"))
        for result in expect_items(told, function, len(values))
    ]
    for value, (_, _, scores) in zip(values, searched.calls, strict=True):
        result = next((each for each in results if data.same_value(each["value"], value)), None)
        if result is None:
            raise Miss(
                "value-lost", function=function, expected="one result for each that was tried", received="others"
            )
        if not np.allclose(np.sort(expect_array(result["scores"], function, (len(scores),))), np.sort(scores)):
            raise Miss("scores-lost", function=function, expected="the errors of its own runs", received="others")
        if not np.isclose(expect_number(result["mean"], function), np.mean(scores), rtol=1e-4):
            raise Miss("not-the-mean", function=function, expected="the mean of 'scores'", received="another number")
        deviations = [np.std(scores), np.std(scores, ddof=1)]
        if not np.isclose(expect_number(result["std"], function), deviations, rtol=1e-4).any():
            expected = "the standard deviation of 'scores'"
            raise Miss("not-the-deviation", function=function, expected=expected, received="another number")


def test_random(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`random_search` draws configurations from the whole space, each only once"""
    rng = streams.generator("random")
    space = {
        "units": [4, 9, 19, 31, 66],
        "learning_rate": [1e-4, 0.003, 0.02, 0.3],
        "optimizer": ["Adam", "SGD", "Lion"],
    }
    tiny = {"epochs": [2, 7, 11], "unit_forget_bias": [True, False]}
    drawn = []
    for given, n, seed in ((tiny, 6, 4), (space, 36, 1), (space, 36, 1), (space, 36, 2)):
        searched, repeats = data.Searched(rng), int(rng.integers(3, 6))
        told = submission.random_search(given, n, searched.evaluate, repeats, seed)
        configs = [config for config, _, _ in searched.calls]
        judge_draws(configs, given, n, data)
        judge_calls(searched, configs, repeats, "random_search", data)
        judge_results(told, configs, searched, "random_search", data)
        drawn.append(sorted(repr(sorted(config.items())) for config in configs))
    if drawn[1] == drawn[3]:
        raise Miss("draw-seed-ignored", expected="others for another seed", received="the same configurations")
    if drawn[1] != drawn[2]:
        raise Miss("draw-not-reproducible", expected="the same for the same seed", received="other configurations")


def judge_draws(configs: list[dict[str, Any]], space: dict[str, list[Any]], n: int, data: ModuleType) -> None:
    """Holds that configurations are whole, from the lists, different, as many as asked, and from all of the space."""
    if not configs:
        raise Miss("not-evaluated", function="random_search", expected=f"{n} calls", received="no call")
    for config in configs:
        if config.keys() != space.keys():
            received = f"{len(config)} of {len(space)} names" if config.keys() < space.keys() else "other names"
            raise Miss("part-config", expected="a value for each name", received=received)
        if not all(any(data.same_value(config[name], value) for value in space[name]) for name in space):
            raise Miss("strange-value", expected="values out of the lists", received="others")
    different = Counter(repr(sorted(config.items())) for config in configs)
    if max(different.values()) > 1:
        raise Miss("drawn-twice", expected=f"{n} different ones", received=f"{len(different)} of {len(configs)}")
    if len(configs) != n:
        raise Miss("other-number", what="evaluate", expected=f"{n} configurations", received=f"{len(configs)}")
    if any(len({repr(config[name]) for config in configs}) < len(space[name]) for name in space):
        raise Miss("corner-only", expected="values from all over the lists", received="always the same part of them")


def test_best(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`select_best` chooses by the mean and is not fooled by luck"""
    rng = streams.generator("best")
    for values in ([0.3, 0.01, 0.002, 1e-4, 1.0], ["Adam", "SGD", "Lion", "Nadam", "RMSprop"], draws()):
        for better in ("lower", "higher", None):
            scores = data.search_scores(rng, 5)
            scores = [1 - each for each in scores] if better == "higher" else scores
            order = rng.permutation(len(values))
            results = data.results_of([values[at] for at in order], [scores[at] for at in order])
            told = submission.select_best(results, *([better] if better else []))
            judge_choice(told, results, values, better or "lower", data)


def draws() -> list[dict[str, Any]]:
    """Configurations of a random search."""
    return [
        {"units": units, "learning_rate": rate} for units, rate in ((8, 0.1), (8, 0.2), (24, 0.1), (24, 0.2), (9, 1))
    ]


def judge_choice(told: Any, results: list[Any], values: list[Any], better: str, data: ModuleType) -> None:
    """Holds that the best value was chosen: the third, as the scores are made."""
    if data.same_value(told, values[2]):
        return
    if told is None:
        raise Miss("returned-none", function="select_best", expected="a value", received="None")
    number = next((at for at, value in enumerate(values) if data.same_value(told, value)), None)
    if number is None:
        raise Miss("no-value", expected="the 'value' of one of the results", received=in_words(told))
    means = {repr(result["value"]): result["mean"] for result in results}
    worst = max(means.values()) if better == "lower" else min(means.values())
    causes = {1: "steadiest", 3: "lucky"}
    cause = "other-end" if means[repr(values[number])] == worst else causes.get(number, "not-best")
    where = "errors" if better == "lower" else "shares of right answers"
    raise Miss(cause, where=where, better=better, expected="the best mean", received="another one")


def test_experiment(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`run_experiment` chooses on validation data and uses the test data once, at the end"""
    rng = streams.generator("experiment")
    sets = {name: data.flagged_value(rng, size, 6) for name, size in (("train", 30), ("validation", 17), ("test", 13))}
    for name, values in (("learning_rate", [0.2, 0.004, 0.03, 5e-4, 1.5]), ("batch_size", [64, 4, 20, 128, 9])):
        repeats, on_test = 5, data.search_scores(rng, 5)
        scores = {"validation": data.search_scores(rng, repeats), "test": [*on_test[3:], *on_test[:3]]}
        calls = data.Evaluations(name, values, scores, data.Rows(sets))
        told = submission.run_experiment(*sets.values(), name, values, repeats=repeats, evaluate=calls.evaluate)
        told = expect_mapping(told, "run_experiment", ("best", "validation", "test"))
        judge_search(calls, repeats, data)
        judge_report(told, calls, data)
        judge_test(calls.calls, repeats)


def judge_search(calls: Any, repeats: int, data: ModuleType) -> None:
    """Holds that every value was scored on validation data alone, often enough, and none was fitted on them."""
    if any("test" in fitted for _, fitted, _, _ in calls.calls):
        raise Miss("test-fitted", expected="training sequences", received="test sequences")
    tested = {number for number, _, scored, _ in calls.calls if "test" in scored}
    if len(tested) > 1:
        raise Miss("tuned-on-test", expected="one value, after the choice", received=f"{len(tested)} values")
    if any("train" in scored for _, _, scored, _ in calls.calls):
        raise Miss("tuned-on-train", expected="validation sequences", received="training sequences")
    if any(fitted != {"train"} for _, fitted, scored, _ in calls.calls if "validation" in scored):
        raise Miss("leak", expected="training sequences only", received="validation sequences as well")
    judge_calls(calls.searched(), [{calls.name: value} for value in calls.values], repeats, "run_experiment", data)


def judge_report(told: dict[str, Any], calls: Any, data: ModuleType) -> None:
    """Holds that the choice follows from the validation scores, and that the two means are what they are called."""
    if not data.same_value(told["best"], calls.values[2]):
        number = next((at for at, each in enumerate(calls.values) if data.same_value(told["best"], each)), None)
        if number is None:
            raise Miss("no-value", expected="one of the values", received=in_words(told["best"]))
        raise Miss("lucky" if number == 3 else "wrong-choice", where="errors", better="lower", expected="the best mean")
    for key in ("validation", "test"):
        mean = float(np.mean(calls.scores[key][2]))
        if not any("test" in scored for _, _, scored, _ in calls.calls):
            raise Miss("no-test", expected="one call with the test sequences", received="none")
        if not np.isclose(expect_number(told[key], "run_experiment"), mean, rtol=1e-4):
            expected = f"the mean error of the chosen value on the {key} sequences"
            raise Miss("other-error", key=key, expected=expected, received="another number")


def judge_test(calls: list[Any], repeats: int) -> None:
    """Holds that the test data were used once, by the chosen value, when nothing was left to choose."""
    at = [place for place, call in enumerate(calls) if "test" in call[2]]
    if len(at) > 1 or at[0] < len(calls) - 1:
        raise Miss("test-early", expected="one call, the last one", received="another order, or more calls")
    if calls[-1][2] != {"test"}:
        raise Miss("test-mixed", expected="test sequences only", received="others among them")
    if calls[-1][3] != repeats:
        received = f"{calls[-1][3]}"
        raise Miss("too-few-runs", function="run_experiment", expected=f"{repeats}", received=received)


def test_real(submission: SubmissionView, streams: Streams, data: ModuleType, record: Record) -> None:
    """The experiment, run for real, finds the learning rate that works"""
    rng = streams.generator("real")
    good = float(10 ** rng.uniform(-2.1, -1.9))
    sets = [data.flagged_value(rng, size) for size in (600, 200, 200)]
    told = submission.run_experiment(*sets, values=[1e-6, good, 1e-4], repeats=1)
    told = expect_mapping(told, "run_experiment", ("best", "test"))
    error = expect_number(told["test"], "run_experiment")
    record.measured("RMSE of the chosen learning rate, as told", error)
    if not data.same_value(told["best"], good):
        raise Miss("real-choice", expected="the one learning rate that is high enough", received="another one")
    if not 0 < error < NEEDLESS:
        raise Miss("real-error", expected="well below 0.58, the error of guessing the mean", received=f"{error:.3g}")
