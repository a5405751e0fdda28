"""Notebooks as the course knows them: a Python file, cut into cells."""
