"""Judges the answers to a lesson's questions: from a sheet of marks to one criterion's outcome."""

from grader.answered import ItemScore, Sheet, State
from grader.judge.explain import finding_of
from grader.judge.misses import Miss
from grader.judge.source import Source
from grader.model import Checked, Finding, Outcome
from grader.rubric import Criterion


def check_answers(sheet: Sheet | None, criterion: Criterion, source: Source) -> Checked:
    """Judges a file's answers.

    Args:
        sheet: what was made of them; None where the file cannot be read.
        criterion: the criterion that they belong to.
        source: the file's text.
    """
    if sheet is None:
        return Checked(outcome=Outcome.SKIPPED, finding=Finding(cause="needs", headline="needs: the file can be read"))
    if sheet.credit is None:
        answered = sum(item.state is State.COMPLETE for item in sheet.items)
        told = f"your teacher has the key; {answered} of {len(sheet.items)} questions are answered"
        return Checked(outcome=Outcome.WITHHELD, finding=Finding(cause="withheld", headline=told))
    if sheet.credit >= 1:
        return Checked(outcome=Outcome.PASSED, credit=1.0)
    miss = _miss(sheet, source)
    return Checked(outcome=miss.outcome, credit=sheet.credit, finding=finding_of(miss, criterion, {}))


def _miss(sheet: Sheet, source: Source) -> Miss:
    """What to mend first: what cannot be read, then what is open, then what is wrong."""
    if sheet.troubles:
        first = sheet.troubles[0]
        return Miss("answers-unread", place=source.place(first.line), trouble=first.text.rstrip("."))
    if all(item.state is State.MISSING for item in sheet.items):
        started = any(each.answered for each in sheet.prose)
        return Miss("answers-none", outcome=Outcome.FAILED if started else Outcome.NOT_STARTED)
    unclear = [item for item in sheet.items if item.state is State.UNCLEAR]
    if unclear:
        return Miss("answers-unclear", ask=unclear[0].ask, said=" ".join(unclear[0].feedback))
    unanswered = [item for item in sheet.items if item.state in (State.MISSING, State.PART)]
    if unanswered:
        return Miss("answers-open", open=len(unanswered), all=len(sheet.items), ask=unanswered[0].ask)
    return _wrong(sheet)


def _wrong(sheet: Sheet) -> Miss:
    """What is not right in answers that are complete."""
    wrong = [item for item in sheet.items if (item.credit or 0.0) < 1]
    if not sheet.is_explained:
        return Miss("answers-in-exam")
    if wrong:
        return Miss("answers-wrong", wrong=len(wrong), all=len(sheet.items), ask=wrong[0].ask, said=_reason(wrong[0]))
    unsure = next((each for each in sheet.prose if (each.suggested or 0.0) < 1), None)
    return Miss("answers-ideas", ask=unsure.ask if unsure else "")


def _reason(item: ItemScore) -> str:
    """What is said about an answer that is not right: the first sentences that do not praise."""
    return next((said for said in item.feedback if not said.startswith("Right")), "")
