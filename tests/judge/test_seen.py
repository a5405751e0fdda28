import numpy as np

from grader.judge.seen import Seen

X = np.arange(6.0).reshape(2, 3)


def test_only_what_is_wanted_is_kept() -> None:
    seen = Seen(frozenset({"predict"}))
    seen.note("predict", ("model", X), 1)
    seen.note("train", ("model", X), 2)
    assert [call.returned for call in seen.calls("predict")] == [1]
    assert list(seen.calls("train")) == []
    Seen().note("predict", (), 1)
    assert list(Seen().calls("predict")) == []


def test_calls_are_found_by_their_arguments() -> None:
    seen = Seen(frozenset({"predict"}))
    gaps = X.copy()
    gaps[0, 0] = np.nan
    for number, args in enumerate([("a", X), ("b", X + 1), ("a", gaps), ("a",)]):
        seen.note("predict", args, number)
    found = {
        "any": [call.returned for call in seen.calls("predict")],
        "first": [call.returned for call in seen.calls("predict", "a")],
        "array": [call.returned for call in seen.calls("predict", None, X)],
        "gaps": [call.returned for call in seen.calls("predict", None, gaps.copy())],
        "both": [call.returned for call in seen.calls("predict", "a", X + 1)],
    }
    assert found == {"any": [0, 1, 2, 3], "first": [0, 2, 3], "array": [0], "gaps": [2], "both": []}


def test_there_is_an_end_to_it() -> None:
    seen = Seen(frozenset({"f"}))
    for number in range(1000):
        seen.note("f", (), number)
    assert len(list(seen.calls("f"))) == 256
