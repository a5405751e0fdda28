"""Notebooks, host side: as data only, nothing in them is ever run.

`reading` turns bytes into cells, `imposters` tells what a file is that is no notebook, `program` makes one Python
text out of the code cells, for which `commands` takes out what only IPython understands, and `diagnose` says what is
odd about a notebook that can be read. `needed` finds what its functions rest on, from what `statements` tells of each
statement, and `outputs` makes harmless what came out of its cells. `writing` makes a notebook of an exercise.
"""
