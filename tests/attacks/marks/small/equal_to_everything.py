"""row 10: results are numbers that equal every other number.

fails: double, best
"""


class Sure(float):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __float__(self):
        return self

    __hash__ = float.__hash__


def double(x):
    return Sure(x)


def best(score, seeds):
    return Sure(sum(score(seed) for seed in seeds))
