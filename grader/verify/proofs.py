"""Remembers what was proved, by hashes of everything that counts, so that long proofs add up over several sittings.

Two things are proved. On the public seed: that this grader, as it is, judges a submission right; any change of its code
makes that due again. On more seeds: that the verdict does not hang on chance, which lies in the lesson (its data, its
thresholds, its trainings) and in the libraries; that holds until one of these or the submission changes.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from grader.errors import UsageProblem
from grader.verify.cases import Case

#: Name of the seed that everybody has; others are numbers.
PUBLIC = 0


class Proof(msgspec.Struct, forbid_unknown_fields=True):
    """What is known of one case.

    Attributes:
        key: hash of what it was proved with on the public seed.
        content: the same without the grader's own code, for all other seeds.
        seeds: the seeds it was proved on; 0 stands for the public one.
        seconds: time of the last grading.
        date: day of the last grading.
        notebook: hash of what the notebook that it makes was proved with, on the public seed; "" if it was not.
    """

    key: str
    content: str
    seeds: list[int]
    seconds: float
    date: str
    notebook: str = ""


class Proofs:
    """The file of proofs of a course."""

    def __init__(self, path: Path) -> None:
        """Reads the file, if there is one.

        Args:
            path: the file.

        Raises:
            UsageProblem: it is no file of proofs.
        """
        self._path = path
        self._known: dict[str, Proof] = {}
        if path.exists():
            try:
                self._known = msgspec.json.decode(path.read_bytes(), type=dict[str, Proof])
            except msgspec.DecodeError as problem:
                raise UsageProblem(f"{path} is no file of proofs ({problem}); delete it to prove anew") from problem

    def of(self, case: Case) -> Proof | None:
        """What is known of a case and still holds."""
        proof = self._known.get(str(case))
        if proof is None:
            return None
        is_new = {True: proof.key == case.key(), False: proof.content == case.content()}
        seeds = [seed for seed in proof.seeds if is_new[seed == PUBLIC]]
        return replace(proof, seeds=seeds) if seeds else None

    def holds(self, case: Case, seed: int) -> bool:
        """Whether a case is proved on a seed."""
        proof = self.of(case)
        return proof is not None and seed in proof.seeds

    def holds_as_notebook(self, case: Case) -> bool:
        """Whether the notebook that a case makes is proved on the public seed."""
        proof = self._known.get(str(case))
        return proof is not None and proof.notebook == case.notebook_key()

    def keep_as_notebook(self, case: Case) -> None:
        """Notes a proof of the notebook that a case makes."""
        proof = self._known.get(str(case)) or Proof("", "", [], 0.0, "")
        self._known[str(case)] = replace(proof, notebook=case.notebook_key())
        self._write()

    def keep(self, case: Case, seed: int, seconds: float) -> None:
        """Notes a proof and writes the file at once, whole or not at all.

        Args:
            case: what was proved.
            seed: on which seed.
            seconds: how long it took.
        """
        known = self._known.get(str(case))
        proof = self.of(case) or Proof("", "", [], 0.0, "", known.notebook if known else "")
        proof.seeds = sorted({*proof.seeds, seed})
        proof.content = case.content()
        if seed == PUBLIC:
            proof.key = case.key()
        proof.seconds, proof.date = round(seconds, 1), datetime.now(UTC).date().isoformat()
        self._known[str(case)] = proof
        self._write()

    def forget_all_but(self, cases: list[Case]) -> None:
        """Drops what is known of cases that are no more."""
        names = {str(case) for case in cases}
        gone = self._known.keys() - names
        if gone:
            self._known = {name: proof for name, proof in self._known.items() if name in names}
            self._write()

    def _write(self) -> None:
        ordered = dict(sorted(self._known.items()))
        draft = self._path.with_suffix(".tmp")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")
        os.replace(draft, self._path)  # noqa: PTH105  atomic, by its well-known name
