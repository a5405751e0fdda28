from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.settings import KeyUse, ProseUse, Settings, load_settings


def _course(folder: Path, text: str) -> Path:
    (folder / "rubrics").mkdir()
    (folder / "rubrics" / "course.toml").write_text(text, "utf-8")
    return folder


def test_a_course_without_settings_has_the_usual_ones(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()
    assert load_settings(_course(tmp_path, "")).questions.key is KeyUse.OPEN


def test_what_is_set_holds(tmp_path: Path) -> None:
    questions = load_settings(_course(tmp_path, '[questions]\nkey = "exam"\nprose = "automatic"\n')).questions
    assert (questions.key, questions.prose) == (KeyUse.EXAM, ProseUse.AUTOMATIC)


@pytest.mark.parametrize("text", ['[questions]\nkey = "shut"', "[questons]", "[questions", "x = 1"])
def test_what_cannot_be_set_is_a_fault_of_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(GraderFault) as caught:
        load_settings(_course(tmp_path, text))
    assert str(caught.value).startswith("the settings course.toml of the course cannot be used: ")
    assert "\n" not in str(caught.value)
