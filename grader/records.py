"""The base of all records that grading yields and that courses are written in."""

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records: immutable, by keyword, and strict about what it is decoded from."""
