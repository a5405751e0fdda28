"""What came of everything that was to be proved, in the one shape that tables and reports are made of."""

from dataclasses import dataclass
from pathlib import Path

from grader.text import one_line
from grader.verify.cases import Case
from grader.verify.consistency import Consistency, Trouble
from grader.verify.proofs import PUBLIC
from grader.verify.proving import Verdict

#: Kind of what is proved without grading.
CONSISTENCY = "consistency"


@dataclass(frozen=True)
class Result:
    """What came of one case on one seed, or of one check of consistency.

    Attributes:
        lesson: id of the lesson.
        kind: what it proves: "reference", "stub", "accept", "reject" or "consistency".
        name: its name, with the seed where that is not the public one.
        path: the file that it is about.
        troubles: why it is not proved; empty if it is.
        fault: the grader's own fault, or empty.
        notes: what is good to know.
        seconds: how long it took.
        before: whether it was proved in an earlier run.
    """

    lesson: str
    kind: str
    name: str
    path: Path
    troubles: tuple[Trouble, ...] = ()
    fault: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    before: bool = False

    @property
    def is_proved(self) -> bool:
        """Whether it is proved."""
        return not self.fault and not self.troubles

    def said(self) -> list[tuple[Path, int, str]]:
        """What is wrong with it, each with its place."""
        faults = [(self.path, 1, f"fault of the grader: {one_line(self.fault)}")] if self.fault else []
        return faults + [(each.path, each.line, one_line(each.said)) for each in self.troubles]


def of_verdict(verdict: Verdict) -> Result:
    """The result of a grading."""
    case = verdict.case
    troubles = tuple(Trouble(case.path, 1, said) for said in verdict.problems)
    name = name_of(case, verdict.seed)
    return Result(
        case.lesson.id, case.kind, name, case.path, troubles, verdict.fault or "", (), seconds=verdict.seconds
    )


def proved_before(case: Case, seed: int) -> Result:
    """The result of a case that need not be graded again."""
    return Result(case.lesson.id, case.kind, name_of(case, seed), case.path, before=True)


def of_consistency(checked: Consistency) -> Result:
    """The result of a check of consistency."""
    return Result(checked.lesson, CONSISTENCY, str(checked), checked.path, checked.troubles, "", checked.notes)


def name_of(case: Case, seed: int) -> str:
    """The name of a case on a seed."""
    return str(case) if seed == PUBLIC else f"{case} on seed {seed}"
