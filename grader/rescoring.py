"""Scores a submission again whose outcomes are known: where only points, hints or the key of questions have changed."""

from msgspec.structs import replace

from grader.course import Lesson
from grader.judge.answering import check_answers
from grader.judge.explain import general_causes
from grader.judge.source import Source
from grader.model import Checked, Grade
from grader.pipeline import Options, _by_cell, _next_step, _sheet, grading_key
from grader.rubric import ANSWERS, Rubric, load_rubric
from grader.scoring import percent, score
from grader.submission import Submission


def rescore(before: Grade, submission: Submission, lesson: Lesson, options: Options) -> Grade:
    """Scores outcomes by the rubric as it is now, runs nothing, and marks the answers to questions anew.

    Args:
        before: a grade of the same submission whose outcomes still hold.
        submission: the submission, for its answers.
        lesson: the lesson as it is now.
        options: how it would be graded.

    Returns:
        What grading it again would yield, apart from when and how fast it ran.

    Raises:
        GraderFault: the rubric cannot be used, or asks what was never checked.
    """
    rubric = load_rubric(lesson.rubric)
    checked = {row.id: _reworded(row.checked, row.id, rubric) for row in before.rows}
    sheet = _sheet(lesson, submission)
    if rubric.asks:
        source = Source(submission.text, submission.program)
        checked[ANSWERS] = check_answers(sheet, rubric.criterion(ANSWERS), source)
    rows = score(rubric, checked)
    mark = percent(rows)
    return replace(
        before,
        title=rubric.title,
        points=round(sum(row.points for row in rows), 2),
        provisional_points=round(sum(row.points for row in rows if row.checked.provisional), 2),
        max_points=round(sum(row.max_points for row in rows), 2),
        percent=mark,
        pass_mark=options.pass_mark,
        passed=mark >= options.pass_mark,
        rows=rows,
        next_step=_next_step(rows),
        answers=_by_cell(sheet, submission.program),
        key=grading_key(submission, lesson, options.secret),
    )


def _reworded(checked: Checked, identifier: str, rubric: Rubric) -> Checked:
    """Gives a finding the reason and the hints that its criterion has now; what its cause says stays."""
    criterion = next((each for each in rubric.criteria if each.id == identifier), None)
    finding = checked.finding
    if criterion is None or finding is None or not finding.hints:
        return checked
    cause = rubric.causes.get(finding.cause) or general_causes().get(finding.cause)
    hints = (finding.hints[0], *criterion.hints[1:]) if cause and cause.hint else criterion.hints
    why = cause.why if cause and cause.why else criterion.why
    return replace(checked, finding=replace(finding, hints=hints, why=why))
