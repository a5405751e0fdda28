"""Finds submissions among what teachers have: whose they are, for which lesson, handed in when.

`taking` tells the story: `walk` lists what lies there, `tracing` reads paths, `people` and `roster` find students,
`lessons` and `placing` find lessons, `tries` puts the files of one student and lesson in order.
"""
