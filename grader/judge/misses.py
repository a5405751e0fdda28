"""How a check says that a criterion is not met: it raises `Miss`, which names the cause."""

from typing import Any

from grader.model import Outcome, Place


class Miss(Exception):
    """The criterion is not met, or only in part.

    The wording of the cause stands in the rubric or in `causes.toml`; its `{fields}` are filled in from
    `fields`. Nothing hidden may stand in any of the texts: they are shown to the student.
    """

    def __init__(
        self,
        cause: str,
        *,
        expected: str = "",
        received: str = "",
        credit: float = 0.0,
        place: Place | None = None,
        details: str = "",
        outcome: Outcome = Outcome.FAILED,
        **fields: Any,
    ) -> None:
        """Names the cause.

        Args:
            cause: code of the cause.
            expected: what was expected, in words.
            received: what came instead.
            credit: share of the points that is earned all the same, below 1.
            place: the student's line to blame.
            details: raw text for the details fold.
            outcome: how the criterion ended.
            **fields: what the wording of the cause needs.
        """
        super().__init__(cause)
        self.cause = cause
        self.expected = expected
        self.received = received
        self.credit = credit
        self.place = place
        self.details = details
        self.outcome = outcome
        self.fields = fields
        self.quotes_room = False  # whether details and fields hold texts that a room made from what it was given


class Blocked(Exception):
    """The criterion cannot be judged, since something else that it needs is missing."""

    def __init__(self, needed: str) -> None:
        """Names what is missing.

        Args:
            needed: the criterion, or what else was needed, for the student.
        """
        super().__init__(needed)
        self.needed = needed
