"""The wire format between host and rooms: the only code that both sides share.

A frame is an unsigned 64-bit little-endian length and as many bytes of MessagePack. MessagePack is decoded
straight into the closed set of record types in `messages`; anything else is refused. There is no pickle.
"""
