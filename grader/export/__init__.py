"""Standings in the formats of other systems, one file each."""
