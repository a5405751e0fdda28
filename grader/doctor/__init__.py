"""Finds out how well this machine confines a room, by attacking it from inside."""
