"""row 39: the function answers with what it knows of earlier calls, and is right the first time only.

fails: means
"""

SEEN = []


def means(X):
    SEEN.append(X)
    return SEEN[0].mean(axis=1)[: len(X)]
