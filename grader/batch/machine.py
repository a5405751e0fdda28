"""How many gradings at a time this machine has room for."""

import os

import psutil

#: Memory that a grading takes with its rooms, in MiB: two rooms in flight and a judge; measured on lesson 06.
MEMORY_MB = 1200


def usual_jobs() -> int:
    """How many gradings at a time this machine has cores and memory for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, int(psutil.virtual_memory().available / (MEMORY_MB << 20))))
