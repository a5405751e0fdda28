"""Numbers as spreadsheets and other systems write them."""

import re

_NUMBER = re.compile(r"\d[\d.,]*")
_PERCENT = 100


def scaled(percent: float, maximum: float) -> float:
    """A mark in percent as points of a maximum, with two decimals as systems keep them."""
    return round(percent * maximum / _PERCENT, 2)


def written(value: float, decimal: str = ".") -> str:
    """Writes a number with at most two decimals, without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", decimal)


def read(text: str) -> float | None:
    """Reads a number with a decimal point or comma; the last sign is the decimal one, as in Canvas.

    Returns:
        The number, or None where the text is none.
    """
    if not _NUMBER.fullmatch(text.strip()):
        return None
    *whole, last = re.split("[.,]", text.strip())
    return float(f"{''.join(whole)}.{last}") if whole else float(last)


def decimal_sign(text: str) -> str:
    """The decimal sign of a number; where it has none a point, which is understood everywhere."""
    return "," if text.rfind(",") > text.rfind(".") else "."
