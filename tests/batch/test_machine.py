from grader.batch.machine import usual_jobs


def test_this_machine_has_room_for_one_at_least() -> None:
    assert usual_jobs() >= 1
