"""Notebooks: what is read from them, made into them, and shown of them."""
