"""The page of a class: static HTML from the standings of its students."""
