"""The arithmetic of marks, as a grading does it: parts of points, percent, and the credit of answers."""

from collections.abc import Mapping

from grader.policy.records import AnswersTried

#: No part of the points is more than this share of them, and no rounding makes a mark full.
_PART = 0.99
_ALMOST = 99.9


def earned(credit: float, points: float) -> float:
    """What a share of points is worth; a part never becomes the whole.

    Args:
        credit: the share.
        points: points to be had.
    """
    if credit >= 1:
        return points
    share = min(max(credit, 0.0), _PART) * points
    rounded = round(share, 2)
    return rounded if rounded < points else share


def percent(points: float, most: float) -> float:
    """Points in percent, with one decimal.

    Args:
        points: points reached.
        most: points to be had; where there are none, the mark is 0.
    """
    if most == 0 or points >= most:
        return 100.0 if most else 0.0
    return min(round(100 * points / most, 1), _ALMOST)


def take_off(mark: float, off: float) -> float:
    """What is left of a mark in percent.

    Args:
        mark: the mark.
        off: percentage points that are taken off.
    """
    return min(max(round(mark - off, 1), 0.0), _ALMOST) if off else mark


def credit(answers: AnswersTried, shares: Mapping[str, float]) -> float:
    """The credit of answers, each of those in sentences that count as one point.

    Args:
        answers: the answers.
        shares: what a teacher gave for answers in sentences, between 0 and 1.
    """
    marks = list(answers.graded)
    for each in answers.prose:
        suggested = (each.suggested or 0.0) if answers.automatic else None
        share = shares.get(each.id, suggested)
        if share is not None:
            marks.append((1.0, share))
    total = sum(weight for weight, _ in marks)
    return round(sum(weight * share for weight, share in marks) / total, 6) if total else 0.0
