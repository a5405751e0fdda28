"""The few ways in which `grade` itself ends without a mark."""


class GradeError(Exception):
    """Base of the errors that a person reads as one sentence."""


class UsageProblem(GradeError):
    """What was asked for makes no sense: a missing file, an unknown lesson (exit code 2)."""


class GraderFault(GradeError):
    """A fault of ours, never of the submission; it is never scored (exit code 3)."""


class MachineBusy(GraderFault):
    """The machine gave a room no time to run; grading again may well go through."""
