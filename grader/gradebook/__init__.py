"""The gradebook: a database in which nothing is ever overwritten."""
