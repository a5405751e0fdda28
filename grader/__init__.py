"""Grades exercises of a course on LSTMs with Keras across a trust boundary."""

__version__ = "0.1.0"
