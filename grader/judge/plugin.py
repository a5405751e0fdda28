"""The pytest plugin that turns a run of a lesson's checks into one outcome a criterion."""

from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import GraderFault
from grader.judge.context import Context, Record
from grader.judge.explain import finding_of, withhold
from grader.judge.load import load_module
from grader.judge.misses import Blocked, Miss
from grader.judge.picturing import LessonPictures, general_pictures
from grader.judge.rooms import Rooms
from grader.judge.source import Source
from grader.judge.views import SubmissionView
from grader.model import Checked, Finding, Outcome
from grader.rubric import Criterion, Rubric
from grader.seeds import Streams

if TYPE_CHECKING:
    from grader.judge.layers import LayerCall

PREFIX = "test_"


class JudgePlugin:
    """Gives checks their fixtures and keeps what becomes of each criterion."""

    def __init__(self, context: Context, folder: Path) -> None:
        """Has judged nothing yet.

        Args:
            context: the grading.
            folder: the lesson's folder with `data.py`.
        """
        self.checked: dict[str, Checked] = {}
        self.fault: GraderFault | None = None
        self._context = context
        self._folder = folder
        self._pictures: LessonPictures | None = None
        with suppress(Exception):  # a picture never costs a mark
            self._pictures = LessonPictures(context, folder)
        self._described: dict[str, list[list[LayerCall]]] = {}
        self._titles = {criterion.id: criterion.title for criterion in context.rubric.criteria}

    @property
    def _rubric(self) -> Rubric:
        return self._context.rubric

    # Which checks run, and in which order.

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keeps one check a criterion, in the rubric's order."""
        found = {item.name.removeprefix(PREFIX): item for item in items}
        known = [criterion.id for criterion in self._rubric.criteria]
        strange = [name for name in found if name not in known]
        if strange or len(found) != len(items):
            self.fault = GraderFault(f"the checks do not fit the rubric: {', '.join(strange) or 'a check twice'}")
            items[:] = []
            return
        items[:] = [found[name] for name in known if name in found]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Starts a record for each check."""
        criterion = self._rubric.criterion(item.name.removeprefix(PREFIX))
        self._context.criterion = criterion
        self._context.record = Record()
        self._context.tell(criterion)
        result = yield
        if criterion.id in self.checked:
            self._context.tell(criterion, self.checked[criterion.id])
        return result

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skips a check if something that it needs did not pass."""
        criterion = self._rubric.criterion(item.name.removeprefix(PREFIX))
        for need in criterion.needs:
            if need not in self.checked or self.checked[need].outcome is not Outcome.PASSED:
                raise Blocked(need)

    # What became of it.

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Keeps the outcome of a phase; the first phase that fails decides."""
        criterion = self._rubric.criterion(item.name.removeprefix(PREFIX))
        problem = call.excinfo.value if call.excinfo else None
        if problem is not None and not isinstance(problem, KeyboardInterrupt):
            self._failed(criterion, problem, item)
        elif call.when == "call" and problem is None:
            self._keep(criterion, Outcome.PASSED, credit=1.0)
        if call.when == "call" and self.fault is None and criterion.id in self.checked:
            self._draw(criterion)

    def _draw(self, criterion: Criterion) -> None:
        """Draws what belongs to a criterion; what fails is left out."""
        record = self._context.record
        if self.checked[criterion.id].outcome is Outcome.FAILED and not record.described and record.describe:
            with suppress(Exception):
                record.describe()  # notes what it is told
        self._described[criterion.id] = record.described
        if self._pictures is not None:
            with suppress(Exception):
                self._context.pictures += self._pictures.draw(criterion.id)

    def pytest_sessionfinish(self) -> None:
        """Draws what every lesson gets, before the lesson's own pictures."""
        with suppress(Exception):
            found = list(general_pictures(self._rubric, self.checked, self._described))
            self._context.pictures[:0] = found

    def _failed(self, criterion: Criterion, problem: BaseException, item: pytest.Item) -> None:
        if isinstance(problem, AssertionError) and problem.args:
            problem = Miss("failed", message=str(problem.args[0]).partition("\n")[0])
        if isinstance(problem, Miss):
            if not self._context.streams.secret.is_public:
                problem = withhold(problem)
            try:
                finding = finding_of(problem, criterion, self._rubric.causes)
            except GraderFault as unworded:
                self._stop(unworded, item)
            else:
                self._keep(criterion, problem.outcome, credit=problem.credit, finding=finding)
        elif isinstance(problem, Blocked):
            title = self._titles.get(problem.needed, problem.needed)
            finding = Finding(cause="needs", headline=f"needs: {title}")
            self._keep(criterion, Outcome.SKIPPED, finding=finding)
        elif isinstance(problem, GraderFault):
            self._stop(problem, item)
        else:
            fault = GraderFault(f"the check {item.name} is broken: {type(problem).__name__}: {problem}")
            fault.__cause__ = problem
            self._stop(fault, item)

    def _keep(
        self, criterion: Criterion, outcome: Outcome, *, credit: float = 0.0, finding: Finding | None = None
    ) -> None:
        record = self._context.record
        self.checked[criterion.id] = Checked(
            outcome=outcome,
            credit=credit,
            finding=finding,
            evidence=tuple(record.evidence),
            provisional=record.provisional and credit > 0,
            borderline=record.borderline,
            output=record.output if self._context.streams.secret.is_public else "",
        )

    def _stop(self, fault: GraderFault, item: pytest.Item) -> None:
        self.fault = self.fault or fault
        item.session.shouldstop = "grader fault"

    # Fixtures.

    @pytest.fixture
    def submission(self, rooms: Rooms) -> SubmissionView:
        """A fresh room with the submission in it."""
        return rooms.student()

    @pytest.fixture(scope="session")
    def rooms(self) -> Iterator[Rooms]:
        """Further rooms."""
        rooms = Rooms(self._context)
        yield rooms
        rooms.close()

    @pytest.fixture(scope="session")
    def streams(self) -> Streams:
        """Seeds of hidden data."""
        return self._context.streams

    @pytest.fixture(scope="session")
    def source(self) -> Source:
        """The submission's text."""
        return self._context.source

    @pytest.fixture
    def criterion(self) -> Criterion:
        """The criterion that is being checked."""
        if self._context.criterion is None:
            raise GraderFault("no criterion is being checked")
        return self._context.criterion

    @pytest.fixture
    def record(self) -> Record:
        """Takes evidence."""
        return self._context.record

    @pytest.fixture(scope="session")
    def data(self) -> ModuleType:
        """The lesson's hidden data."""
        return load_module(self._folder / "data.py", "lesson_data")

    def pytest_internalerror(self, excrepr: Any, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keeps pytest's own failures from being printed; they are faults."""
        del excrepr
        self.fault = self.fault or GraderFault(f"the judge failed: {excinfo.value}")
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keeps failures to import the checks; they are faults."""
        if report.failed:
            text = str(report.longrepr).strip().splitlines()
            self.fault = self.fault or GraderFault(f"the checks cannot be loaded: {text[-1] if text else 'no reason'}")
