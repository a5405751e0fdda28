"""row 23: the judge's function is called for models without any units.

fails: skill, learned, compare
"""


def train(model, X, y, seed):
    return model


def compare_depth(score, seeds):
    vanilla = [score((0,), seed) for seed in seeds]
    stacked = [score((0, 0), seed) for seed in seeds]
    return {"vanilla": float(np.mean(vanilla)), "stacked": float(np.mean(stacked))}
