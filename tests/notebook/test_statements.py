"""What a statement does with the names of its program."""

from grader.notebook.statements import bound, statements


def test_bound_names() -> None:
    assert bound("import a.b, c as d\ne = f(g)\ndef h(): i = 1\nfor j in k: pass") >= {"a", "d", "e", "h", "j"}
    assert bound("f(g)\nprint(x)") == set()
    assert bound("e = = 3") == set()


def test_a_definition_tells_what_it_looks_up_at_once_and_what_when_it_is_called() -> None:
    text = "@mark\ndef build(n, size=SIZE) -> Table:\n    model = helper(n)\n    return [model(x) for x in DATA]\n"
    (each,) = statements(text)
    assert each.heads == {"mark", "SIZE", "Table"}
    assert each.reads >= {"mark", "SIZE", "Table", "helper", "DATA"}
    assert not each.reads & {"n", "size", "model", "x"}
    assert (each.defines, each.parameters, each.binds) == ("build", ["n", "size"], {"build"})


def test_names_of_inner_scopes_are_no_names_of_the_program() -> None:
    (each,) = statements("losses = [train(n) for n in SIZES]")
    assert each.reads >= {"train", "SIZES"}
    assert "n" not in each.reads | each.binds
