"""Pairs become groups: what hangs together is told once."""

import itertools
import random

from grader.classpage.groups import groups
from grader.classpage.twins import Twin


def pair(first: str, second: str, share: float = 0.9) -> Twin:
    return Twin(lesson="lesson01_tiny", first=first, second=second, share=share, first_lines=(), second_lines=())


def test_a_text_that_went_round_is_one_group_whatever_the_order_of_its_pairs() -> None:
    chain = [pair(*each) for each in ("ab", "bc", "cd", "de", "ef")]
    for seed in range(20):
        random.Random(seed).shuffle(chain)  # noqa: S311  nothing secret
        (group,) = groups(chain, "fedcba")
        assert "".join(group.members) == "fedcba"  # as they are told everywhere else
        assert [f"{each.first}{each.second}" for each in group.pairs] == ["ab", "bc", "cd", "de", "ef"]
        assert group.possible == 15


def test_the_largest_group_comes_first_and_tells_its_least_and_greatest_share() -> None:
    five = [pair(*each, share=0.8 + number / 100) for number, each in enumerate(itertools.combinations("abcde", 2))]
    two = [pair("x", "y", 0.99), pair("u", "v", 0.95)]
    first, second, third = groups([*two, *five], "abcdeuvxy")
    assert (first.members, len(first.pairs)) == (tuple("abcde"), 10)
    assert (first.least, first.most) == (0.8, 0.89)
    assert [pair.share for pair in first.pairs] == sorted((pair.share for pair in five), reverse=True)
    assert (second.members, third.members) == (("x", "y"), ("u", "v"))


def test_without_pairs_there_is_no_group() -> None:
    assert groups([], "abc") == ()
