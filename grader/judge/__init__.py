"""The judge: runs a lesson's hidden checks against views of a submission.

A check is a pytest function in `rubrics/<lesson>/checks.py`, named `test_<criterion>`; the first line of its
docstring is its title for the student. It takes fixtures: `submission` (a fresh student room), `rooms` (more
rooms), `streams` (seeds of hidden data), `data` (the lesson's `data.py`), `source` (the submission's text),
`criterion` (its row of the rubric) and `record` (evidence). It passes unless it raises; `Miss` is how it says
that the criterion is not met.
"""

from grader.judge.clean import CleanModel
from grader.judge.layers import LayerCall
from grader.judge.matchers import as_numbers, expect_array, expect_items, expect_mapping, expect_model, expect_number
from grader.judge.misses import Blocked, Miss
from grader.judge.rooms import Rooms
from grader.judge.skill import measure_skill
from grader.judge.things import Carried, ModelView
from grader.judge.values import Generator, Stub, in_words, shape_in_words
from grader.judge.views import SubmissionView

__all__ = [
    "Blocked",
    "Carried",
    "CleanModel",
    "Generator",
    "LayerCall",
    "Miss",
    "ModelView",
    "Rooms",
    "Stub",
    "SubmissionView",
    "as_numbers",
    "expect_array",
    "expect_items",
    "expect_mapping",
    "expect_model",
    "expect_number",
    "in_words",
    "measure_skill",
    "shape_in_words",
]
