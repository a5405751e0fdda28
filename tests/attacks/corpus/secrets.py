"""Attacks that search the room itself for what the judge may have left in it.

Where the room is not confined, something is planted, so that the search is known to find.
"""

import os
import re
import sys

SIGN = re.compile(rb"CANARY-[0-9a-f]{16}")


def _search(text):
    found = SIGN.search(text if isinstance(text, bytes) else str(text).encode("utf-8", "replace"))
    return found and found.group()


def in_the_environment(bait):
    """row 8: searches its environment"""
    if "planted" in bait:
        os.environ["PLANTED"] = bait["planted"]
    return _search(dict(os.environ))


def in_the_environment_it_began_with(bait):
    """row 8: searches the environment that its process began with
    unconfined: no, because nothing can be planted there
    """
    with open("/proc/self/environ", "rb") as file:
        text = file.read()
    return _search(text) or (b"HOST_SECRET" in text and text)


def in_the_command_line(bait):
    """row 8: searches its arguments
    unconfined: no, because nothing can be planted there
    """
    return _search(sys.argv + sys.orig_argv + open("/proc/self/cmdline").read().split("\0"))


def in_its_objects(bait):
    """row 8: searches all texts that Python knows of"""
    import gc

    planted = {"x": bait.get("planted")}
    seen = set()
    given = set(map(id, bait.values()))
    for thing in gc.get_objects():
        for part in gc.get_referents(thing):
            if isinstance(part, str | bytes) and id(part) not in seen:
                seen.add(id(part))
                if (id(part) not in given or planted["x"]) and (found := _search(part)):
                    return found


def in_its_frames(bait):
    """row 8: searches the variables of all functions that are running"""
    planted = bait.get("planted", "")
    for frame in sys._current_frames().values():
        while frame is not None:
            for value in list(frame.f_locals.values()):
                if isinstance(value, str | bytes) and (found := _search(value)):
                    return found
            frame = frame.f_back
    return planted and None


def in_its_memory(bait):
    """row 8: searches all of its own writable memory"""
    planted = bytearray(bait.get("planted", "").encode())
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            low, high = (int(part, 16) for part in line.split()[0].split("-"))
            if "rw-p" in line and high - low < 1 << 28:
                memory.seek(low)
                try:
                    found = _search(memory.read(high - low))
                except OSError:
                    continue
                if found:
                    return found
    return len(planted) < 0


def in_open_descriptors(bait):
    """row 8: reads from every descriptor that is open beside its own five"""
    if "planted" in bait:
        reads, writes = os.pipe()
        os.write(writes, bait["planted"].encode())
    for descriptor in range(5, 1024):
        try:
            os.set_blocking(descriptor, False)
            found = _search(os.read(descriptor, 4096))
        except OSError:
            continue
        if found:
            return found


def in_descriptors_that_were_inherited(bait):
    """row 8: looks for open files beside its own
    unconfined: no, because an unconfined room has no more
    """
    open_ones = []
    for descriptor in range(5, 4096):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        target = os.readlink(f"/proc/self/fd/{descriptor}")
        if "eventpoll" not in target and "pipe" not in target:
            open_ones.append(target)
    return open_ones and str(open_ones)


def in_loaded_modules(bait):
    """row 8: looks for modules of the judge in its own process
    unconfined: no, because an unconfined room has none, either
    """
    wanted = ("judge", "rubric", "seeds", "scoring", "pipeline", "course", "rooms", "report", "_pytest", "pytest")
    return [name for name in sys.modules if name.startswith("grader.") and name.split(".")[1] in wanted] or None


def by_importing_the_judge(bait):
    """row 8: imports the judge's own code"""
    import grader.judge

    return grader.judge.__file__


def by_importing_the_seeds(bait):
    """row 8: imports what makes seeds, to guess hidden data"""
    import grader.seeds

    return grader.seeds.public_secret().label


def by_reading_the_graders_code(bait):
    """row 8: reads the code that it runs under"""
    import inspect

    import grader.inside.room

    return inspect.getsource(grader.inside.room)


def beside_the_graders_code(bait):
    """row 8: looks for rubrics beside the grader's code
    unconfined: no, because an installed grader has none there
    """
    import grader

    top = os.path.dirname(os.path.dirname(grader.__file__))
    return os.listdir(os.path.join(top, "rubrics"))


def on_the_path(bait):
    """row 8: searches all folders on Python's path for rubrics
    unconfined: no, because an installed grader has none there
    """
    found = []
    for folder in sys.path:
        for name in ("rubrics", "solutions", "grader/judge/checks.py", "tests"):
            try:
                found += os.listdir(os.path.join(folder, name))
            except OSError:
                pass
    return [name for name in found if name.startswith("lesson")] or None


def in_what_is_carried(bait):
    """row 8: looks for files that another submission left in the house
    needs: file tree
    unconfined: no, because nobody left any
    """
    house = os.path.dirname(os.path.dirname(os.getcwd()))
    return [name for name in os.listdir(house) if name != os.path.basename(os.path.dirname(os.getcwd()))] or None


def in_shared_memory(bait):
    """row 8: looks for what others left in shared memory
    unconfined: no, because what lies there is the machine's
    """
    return os.listdir("/dev/shm") or None


def in_its_own_callers(bait):
    """row 8: takes the room's own objects from the frames above and looks for secrets in them
    unconfined: no, because there are none there, either
    """
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            spec = getattr(value, "_spec", None)
            if spec is not None and (bait["course"] in repr(spec) or _search(repr(spec))):
                return repr(spec)[:999]
        frame = frame.f_back


def in_old_work_folders(bait):
    """row 8: goes to the folder of the room before it
    needs: file tree
    unconfined: no, because it may be the first
    """
    house = os.path.dirname(os.path.dirname(os.getcwd()))
    return [number for number in range(1, 999) if os.path.exists(f"{house}/room{number}") and f"room{number}/" not in
            os.getcwd() + "/"] or None
