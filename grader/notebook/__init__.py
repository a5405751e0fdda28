"""Notebooks as data: nothing here runs one."""
