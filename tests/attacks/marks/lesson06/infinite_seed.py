"""row 23: the judge's function is called with a seed that is no whole number.

fails: skill, learned, compare
"""


def train(model, X, y, seed):
    return model


def compare_depth(score, seeds):
    return {"vanilla": score((25,), float("inf")), "stacked": score((16, 16), float("inf"))}
