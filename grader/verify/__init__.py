"""Proves a course: its checks against submissions that are known to be right or wrong."""
