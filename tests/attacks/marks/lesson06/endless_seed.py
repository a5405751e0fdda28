"""row 23: the judge's function is called with a seed of thousands of digits.

fails: skill, learned, compare
"""


def train(model, X, y, seed):
    return model


def compare_depth(score, seeds):
    return {"vanilla": score((25,), "9" * 4000), "stacked": score((16, 16), "9" * 4000)}
