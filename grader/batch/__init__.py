"""Grades a class: what is due, on as many cores or machines as there are, into the gradebook."""
