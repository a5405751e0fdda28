import pytest

from grader.export.figures import decimal_sign, read, scaled, written


@pytest.mark.parametrize(
    "text,number", [("100", 100), ("10.00", 10), ("10,00", 10), ("1,000.50", 1000.5), ("1.000,50", 1000.5), (" 7 ", 7)]
)
def test_numbers_of_any_country_are_read(text: str, number: float) -> None:
    assert read(text) == number


@pytest.mark.parametrize("text", ["", "-", "(read only)", "ten", "-5", ",", "1e3"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("value,text", [(8.0, "8"), (8.5, "8.5"), (66.666, "66.67"), (0, "0"), (100, "100")])
def test_numbers_are_short(value: float, text: str) -> None:
    assert written(value) == text


def test_decimals_follow_the_country() -> None:
    assert written(8.5, decimal_sign("10,00")) == "8,5"
    assert written(8.5, decimal_sign("10")) == "8.5"
    assert written(8.5, decimal_sign("1,000.00")) == "8.5"


def test_percent_are_scaled() -> None:
    assert scaled(88.9, 9) == 8.0
    assert scaled(50, 15) == 7.5
