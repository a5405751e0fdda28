"""Turns the docstring of an exercise into the Markdown cells at the top of its notebook."""

import re
import textwrap

#: What is said of a file, and what to say of a notebook instead. All cells run when a notebook is graded, the
#: experiment as well, so whatever must not run then has no place in it.
_OF_NOTEBOOKS = (
    (r"\bthe file runs\b", "the notebook runs"),
    (r'do so below `if __name__ == "__main__":`', "do so in a notebook of its own"),
    (r"Run this file to see the experiment, run `grade \w+` to see how far you are\.", ""),
)
_STEPS = """\
1. Run the cells one after the other, from top to bottom; the last one shows the experiment.
2. Save the notebook. In a terminal, in its folder, run `grade {short} {lesson}.ipynb` to see how far you are.

`grade` starts with an empty memory and runs all cells in their order. To see what it sees, restart the kernel and run
all cells."""


def preface(docstring: str, lesson: str) -> list[tuple[str, str]]:
    """Writes the cells that tell what a lesson is about.

    Args:
        docstring: the module docstring of an exercise; that of a solution has fewer parts.
        lesson: the lesson's id, e.g. "lesson06_stacked".

    Returns:
        For each cell its id and its Markdown.
    """
    title, *blocks = docstring.strip().split("\n\n")
    cells = [("title", [f"# {title.removesuffix('.')}"])]
    for block in blocks:
        first, _, rest = block.partition("\n")
        if first == "Find out:":
            cells.append(("find-out", ["## Find out", _listed(rest)]))
        elif first.startswith("Experiment: "):
            text = block.removeprefix("Experiment: ")
            cells.append(("experiment", ["## Experiment", text[:1].upper() + text[1:]]))
        elif first.startswith("What is graded"):
            cells.append(("graded", [f"## {first.removesuffix(':')}", _table(rest)]))
        elif first.startswith("Replace each "):
            rules = _of_notebooks(" ".join(block.split())).rstrip()
            steps = _STEPS.format(short=lesson.partition("_")[0], lesson=lesson)
            cells.append(("how-to-work", ["## How to work", rules, steps]))
        elif first.startswith("    "):  # a drawing or a table, as it stands
            cells[-1][1].append(f"```text\n{textwrap.dedent(block)}\n```")
        else:
            cells[-1][1].append(re.sub("^Goal: ", "**Goal:** ", block))
    return [(identifier, "\n\n".join(parts)) for identifier, parts in cells]


def _listed(questions: str) -> str:
    """Lists "Q1. What ...?" lines."""
    return re.sub(r"^ +(Q\d+\.) +", r"- **\1** ", questions, flags=re.MULTILINE)


def _table(criteria: str) -> str:
    """Makes a table of lines of points and what they are given for."""
    rows = re.findall(r"^ +([\d.]+) +(.+)$", _of_notebooks(criteria).replace("|", r"\|"), flags=re.MULTILINE)
    return "\n".join(["| points | for this |", "|---:|:---|", *(f"| {points} | {text} |" for points, text in rows)])


def _of_notebooks(text: str) -> str:
    for pattern, instead in _OF_NOTEBOOKS:
        text = re.sub(pattern, instead, text)
    return text
