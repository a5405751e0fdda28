"""Scores choices and matches: credit between 0 and 1 for each item, and what is said about it."""

import re

from grader.answered import ItemScore, State
from grader.answers.language import nearest
from grader.answers.questions import Choice, ChoiceKey, Match, MatchKey
from grader.answers.reading import Value

#: Wrong names that are told one by one; more of them are no slips.
MAX_TOLD = 3


def score_choice(choice: Choice, key: ChoiceKey | None, value: Value | None) -> ItemScore:
    """Scores a question with options.

    With several right options, each right one that is chosen adds its share and each wrong one takes its share away,
    so that choosing all of them earns nothing.

    Args:
        choice: the question.
        key: what is right, or None in an exam.
        value: what was answered, or None.
    """
    if value is None:
        return _item(choice, State.MISSING, key, ("Not answered.",))
    if isinstance(value, dict):
        return _item(choice, State.UNCLEAR, key, (f"A name of an option is wanted here, {_form(choice)}.",))
    wanted = dict.fromkeys(_name(each) for each in ((value,) if isinstance(value, str) else value))
    chosen = [name for name in wanted if name in choice.options]
    said = _unknown([name for name in wanted if name not in choice.options], list(choice.options), "option", "options")
    if not chosen:
        return _item(choice, State.UNCLEAR if said else State.MISSING, key, said or ("Not answered.",))
    if len(chosen) > 1 and not choice.several:
        return _item(choice, State.UNCLEAR, key, (*said, f"Choose one option only; here are {len(chosen)}."))
    if key is None:
        return _item(choice, State.COMPLETE, key, said)
    right = set(key.right)
    hits = sum(name in right for name in chosen)
    credit = hits / len(right) - (len(chosen) - hits) / (len(choice.options) - len(right))
    said += tuple(f"{'Right' if name in right else 'Wrong'}: {key.because[name]}" for name in chosen)
    if choice.several and hits < len(right):
        said += ("Something that holds is not chosen.",)
    return _item(choice, State.COMPLETE, key, said, max(0.0, round(credit, 6)) if choice.several else float(hits))


def score_match(match: Match, key: MatchKey | None, value: Value | None) -> ItemScore:
    """Scores a question with pairs: each right pair earns its share; one partner for all earns nothing.

    Args:
        match: the question.
        key: what is right, or None in an exam.
        value: what was answered, or None.
    """
    if value is None:
        return _item(match, State.MISSING, key, ("Not answered.",))
    if not isinstance(value, dict):
        left, right = next(iter(match.left)), next(iter(match.right))
        return _item(match, State.UNCLEAR, key, (f'Pairs are wanted here, such as {{"{left}": "{right}", ...}}.',))
    pairs = {_name(left): _name(right) for left, right in value.items()}
    said = _unknown([name for name in pairs if name not in match.left], list(match.left), "entry", "entries")
    partners = dict.fromkeys(right for left, right in pairs.items() if left in match.left and right)
    said += _unknown([name for name in partners if name not in match.right], list(match.right), "partner", "partners")
    made = {left: right for left, right in pairs.items() if left in match.left and right in match.right}
    open_ = [left for left in match.left if left not in made]
    state = State.COMPLETE if not open_ else State.PART if made else State.UNCLEAR if said else State.MISSING
    if open_ and made:
        said += (f"Still without a partner: {', '.join(open_)}.",)
    if not made:
        return _item(match, state, key, said or ("Not answered.",))
    if key is None:
        return _item(match, state, key, said)
    credit = sum(key.pairs[left] == right for left, right in made.items()) / len(match.left)
    said += tuple(_pair(match, key, left, right) for left, right in made.items())
    if len(made) > 1 and len(set(made.values())) == 1 and len(set(key.pairs.values())) > 1:
        credit = 0.0
        said += ("One partner for all of them tells nothing.",)
    return _item(match, state, key, said, round(credit, 6))


def _pair(match: Match, key: MatchKey, left: str, right: str) -> str:
    verdict = "Right" if key.pairs[left] == right else "Wrong"
    return f"{verdict}, “{match.left[left]}” with “{match.right[right]}”: {key.because[left]}"


def _item(
    item: Choice | Match,
    state: State,
    key: ChoiceKey | MatchKey | None,
    feedback: tuple[str, ...],
    credit: float = 0.0,
) -> ItemScore:
    return ItemScore(
        id=item.id,
        question=item.question,
        ask=item.ask,
        points=item.points,
        state=state,
        credit=None if key is None else credit,
        feedback=feedback,
    )


def _name(text: str) -> str:
    """The name that is meant: case, spaces and hyphens do not matter."""
    return re.sub(r"[\s-]+", "_", text[:200].strip().lower())[:60]


def _form(choice: Choice) -> str:
    first = next(iter(choice.options))
    return f'such as ["{first}"]' if choice.several else f'such as "{first}"'


def _unknown(names: list[str], known: list[str], one: str, many: str) -> tuple[str, ...]:
    said = []
    for name in names[:MAX_TOLD]:
        near = nearest(name, known)
        meant = f" Did you mean {near}?" if near else ""
        said.append(f"There is no {one} {name or '“”'}; {many} are: {', '.join(known)}.{meant}")
    if len(names) > MAX_TOLD:
        said.append(f"{len(names) - MAX_TOLD} more names are none of the {many}.")
    return tuple(said)
