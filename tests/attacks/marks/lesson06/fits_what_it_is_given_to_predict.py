"""row 39: the model stays as it is; forecast fits a table of waves to the very series that it is given.

fails: learned
"""


def train(model, X, y, seed):
    return model


def forecast(model, X):
    t = np.arange(28)
    best, answers = np.full(len(X), np.inf), np.zeros((len(X), 4))
    for fast in np.linspace(0.15, 0.25, 41):
        for slow in np.linspace(0.01, 0.04, 13):
            waves = [2 * np.pi * rate * t for rate in (fast, fast + slow, fast - slow)]
            table = np.stack([f(wave) for wave in waves for f in (np.sin, np.cos)], axis=1)
            weights = np.linalg.lstsq(table[:24], X[:, :, 0].T, rcond=1e-6)[0]
            left = ((table[:24] @ weights - X[:, :, 0].T) ** 2).sum(axis=0)
            better = left < best
            best[better], answers[better] = left[better], (table[24:] @ weights).T[better]
    return answers
