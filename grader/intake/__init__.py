"""Finds submissions among what teachers have: whose they are, for which lesson, handed in when."""
