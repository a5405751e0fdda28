"""The layers of a room's confinement, a file each: the policy as data at the top, what puts it on below."""
