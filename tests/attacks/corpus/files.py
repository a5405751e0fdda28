"""Attacks on files that are nobody's business but the judge's."""

import ctypes
import os
import platform

NUMBERS = {
    "openat": (257, 56),
    "openat2": (437, 437),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "mount": (165, 40),
    "renameat2": (316, 276),
    "sendfile": (40, 71),
    "uselib": (134, -1),
}
LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100


def _call(name, *arguments):
    number = NUMBERS[name][platform.machine() != "x86_64"]
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def read_the_checks(bait):
    """row 1: opens the checks by their path"""
    return _read(bait["checks"])


def read_the_rubric(bait):
    """row 1: opens the rubric by its path"""
    return _read(bait["rubric"])


def read_the_solution(bait):
    """row 1: opens the reference solution"""
    return _read(bait["solution"])


def read_another_submission(bait):
    """row 1: opens what another student handed in"""
    return _read(bait["submission"])


def read_the_private_key(bait):
    """row 1: opens the user's SSH key"""
    return _read(bait["key"])


def read_a_file_that_all_may_read(bait):
    """row 1: opens a file with mode 0666 in a folder with mode 0777"""
    return _read(bait["open_file"])


def read_the_list_of_users(bait):
    """row 1: opens /etc/passwd"""
    return _read("/etc/passwd")


def read_the_host_name(bait):
    """row 1: opens /etc/hostname, or asks the kernel"""
    return _read("/etc/hostname")


def read_the_gradebook(bait):
    """row 1: opens the gradebook with sqlite3"""
    import sqlite3

    with sqlite3.connect(f"file:{bait['gradebook']}?mode=ro", uri=True) as book:
        return str(book.execute("select * from marks").fetchall())


def attach_the_gradebook(bait):
    """row 1: attaches the gradebook to a database in memory"""
    import sqlite3

    with sqlite3.connect(":memory:") as book:
        book.execute("attach database ? as other", (bait["gradebook"],))
        return str(book.execute("select * from other.marks").fetchall())


def list_the_rubrics(bait):
    """row 1: lists the folder of rubrics"""
    return str(os.listdir(os.path.join(bait["course"], "rubrics")))


def walk_the_course(bait):
    """row 1: walks the whole course"""
    return "".join(name for _, _, names in os.walk(bait["course"]) for name in names)


def walk_up_from_here(bait):
    """row 1: goes up from the work folder and looks for the rooms of others"""
    here = os.path.abspath("../../..")
    other = os.path.basename(os.path.dirname(os.path.dirname(bait["neighbour_work"])))
    return other in os.listdir(here) and other


def walk_everything_for_the_course(bait):
    """row 1: walks all that can be seen for files named checks.py that tell secrets"""
    top = os.path.dirname(os.path.dirname(bait["course"])) if bait.get("planted") else "/"
    for part, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in ("proc", "sys", "site-packages")]
        if "checks.py" in names:
            return _read(os.path.join(part, "checks.py"))


def through_a_symbolic_link(bait):
    """row 3: makes a symbolic link to the checks in its own folder"""
    os.symlink(bait["checks"], "link.py")
    return _read("link.py")


def through_a_link_to_a_folder(bait):
    """row 3: makes a symbolic link to the course and walks through it"""
    os.symlink(bait["course"], "course")
    return _read("course/rubrics/lesson01_x/checks.py")


def through_a_hard_link(bait):
    """row 3: makes a hard link to the checks beside them
    unconfined: no, because the work folder may lie on another disk than the course
    """
    os.link(bait["checks"], "hard.py")
    return _read("hard.py")


def hard_link_in_an_open_folder(bait):
    """row 3: makes a hard link to the checks in a folder that all may write to"""
    os.link(bait["checks"], os.path.join(bait["open"], "hard.py"))
    return _read(os.path.join(bait["open"], "hard.py"))


def move_the_checks_here(bait):
    """row 3: moves the checks into an open folder"""
    os.rename(bait["checks"], os.path.join(bait["open"], "moved.py"))
    return _read(os.path.join(bait["open"], "moved.py"))


def exchange_two_files(bait):
    """row 3: exchanges the checks and an own file in one step (RENAME_EXCHANGE)"""
    with open(os.path.join(bait["open"], "mine.py"), "w") as file:
        file.write("mine")
    mine = os.path.join(bait["open"], "mine.py").encode()
    _call("renameat2", AT_FDCWD, mine, AT_FDCWD, bait["checks"].encode(), 2)
    return _read(mine)


def move_an_own_folder_away(bait):
    """row 3: moves an own folder up, keeps a descriptor of it and goes to its parent"""
    os.mkdir("deep")
    kept = os.open("deep", os.O_RDONLY)
    os.rename("deep", os.path.join(bait["open"], "deep"))
    os.fchdir(kept)
    return _read("../../course/rubrics/lesson01_x/checks.py")


def through_proc_self_root(bait):
    """row 3: reads below /proc/self/root"""
    return _read(f"/proc/self/root{bait['checks']}")


def through_the_root_of_a_thread(bait):
    """row 3: reads below the root folder of an own thread"""
    import threading

    return _read(f"/proc/self/task/{threading.get_native_id()}/root{bait['checks']}")


def through_proc_self_cwd(bait):
    """row 3: goes up from /proc/self/cwd"""
    return _read(f"/proc/self/cwd/{'../' * 20}{bait['checks'][1:]}")


def through_the_root_of_the_parent(bait):
    """row 3: reads below the root folder of the process that started it"""
    return _read(f"/proc/{os.getppid()}/root{bait['checks']}")


def through_the_root_of_the_judge(bait):
    """row 3: reads below the judge's root folder
    unconfined: as root, because the judge cannot be looked at
    """
    return _read(f"/proc/{bait['host']}/root{bait['checks']}")


def through_the_open_files_of_another(bait):
    """row 3: opens another process's standard input, which is the checks"""
    return _read(f"/proc/{bait['victim']}/fd/0")


def through_a_descriptor_of_the_root(bait):
    """row 3: opens / and goes on from there"""
    top = os.open("/", os.O_RDONLY)
    with open(os.open(bait["checks"][1:], os.O_RDONLY, dir_fd=top), "rb") as file:
        return file.read()


def above_the_root(bait):
    """row 3: goes up from / twenty times"""
    os.chdir("/" + "../" * 20)
    return _read(bait["checks"][1:])


def by_a_path_descriptor(bait):
    """row 3: opens the checks with O_PATH and once more through /proc/self/fd"""
    return _read(f"/proc/self/fd/{os.open(bait['checks'], os.O_PATH)}")


def with_openat2(bait):
    """row 3: opens the checks with a newer call than the usual one"""
    import struct

    how = struct.pack("QQQ", os.O_RDONLY, 0, 0)
    with open(_call("openat2", AT_FDCWD, bait["checks"].encode(), how, len(how)), "rb") as file:
        return file.read()


def by_its_handle(bait):
    """row 3: asks for the file's handle and opens that
    unconfined: as root, because only root may open handles
    """
    handle = ctypes.create_string_buffer(8 + 128)
    ctypes.c_uint.from_buffer(handle).value = 128
    mount = ctypes.c_int()
    _call("name_to_handle_at", AT_FDCWD, bait["checks"].encode(), handle, ctypes.byref(mount), 0)
    place = os.open(os.path.dirname(bait["course"]), os.O_RDONLY)
    with open(_call("open_by_handle_at", place, handle, os.O_RDONLY), "rb") as file:
        return file.read()


def by_a_guessed_handle(bait):
    """row 3: opens the handle of the disk's first folder (inode 2), from the work folder
    unconfined: no, because not every kind of disk numbers its folders so
    """
    import struct

    handle = ctypes.create_string_buffer(struct.pack("IiII", 8, 1, 2, 0), 16)
    place = os.open(".", os.O_RDONLY)
    return str(os.listdir(_call("open_by_handle_at", place, handle, os.O_RDONLY)))


def mount_the_course_here(bait):
    """row 3: mounts the course on a folder of its own
    unconfined: no, because the mount would stay
    """
    os.mkdir("seen")
    _call("mount", bait["course"].encode(), b"seen", None, 4096, None)
    return str(os.listdir("seen"))


def clone_the_tree_of_files(bait):
    """row 3: makes a copy of the mount of the course with open_tree
    unconfined: as root, because only root may mount
    """
    copy = _call("open_tree", AT_FDCWD, bait["course"].encode(), 1)
    return str(os.listdir(f"/proc/self/fd/{copy}"))


def break_out_of_the_root(bait):
    """row 3: changes its root to a folder below where it stands and walks up
    unconfined: as root, because only root may change its root
    """
    os.mkdir("jail")
    os.chroot("jail")
    for _ in range(99):
        os.chdir("..")
    return _read(bait["checks"][1:])


def with_sendfile(bait):
    """row 3: has the kernel copy the checks into a file of its own"""
    source = os.open(bait["checks"], os.O_RDONLY)
    with open("copy.py", "wb") as copy:
        os.sendfile(copy.fileno(), source, 0, 999)
    return _read("copy.py")


def with_shutil(bait):
    """row 3: copies the whole course into its own folder"""
    import shutil

    shutil.copytree(bait["course"], "course")
    return _read("course/rubrics/lesson01_x/checks.py")


def with_the_c_library(bait):
    """row 1: opens the checks with fopen of the C library"""
    LIBC.fopen.restype = ctypes.c_void_p
    file = LIBC.fopen(bait["checks"].encode(), b"r")
    text = ctypes.create_string_buffer(999)
    return file and LIBC.fread(text, 1, 999, ctypes.c_void_p(file)) and text.value


def with_numpy(bait):
    """row 1: maps the checks as an array"""
    import numpy as np

    return bytes(np.memmap(bait["checks"], np.uint8, "r"))


def with_pandas(bait):
    """row 1: reads the checks as a table, by a file: address"""
    import pandas as pd

    return pd.read_csv(f"file://{bait['checks']}", header=None).to_csv()


def with_urllib(bait):
    """row 1: asks urllib for a file: address"""
    import urllib.request

    return urllib.request.urlopen(f"file://{bait['checks']}").read()


def with_linecache(bait):
    """row 1: asks linecache for the lines, as a traceback does"""
    import linecache

    return linecache.getline(bait["checks"], 1)


def by_running_it(bait):
    """row 1: runs the checks as a script and looks at its names"""
    import runpy

    return runpy.run_path(bait["checks"])["answer"]


def by_importing_it(bait):
    """row 1: puts the folder of the checks on the path and imports them"""
    import sys

    sys.path.insert(0, os.path.dirname(bait["checks"]))
    import checks

    return checks.answer


def by_compiling_an_error_into_it(bait):
    """row 1: makes the traceback of an error show a line of the checks"""
    import traceback

    try:
        exec(compile("raise ValueError", bait["checks"], "exec"))
    except ValueError:
        text = traceback.format_exc()
    return "answer" in text and text


def by_including_it(bait):
    """row 1: links a shared library that is really the checks, and reads the complaint
    unconfined: no, because the complaint does not tell the text
    """
    ctypes.CDLL(bait["checks"])


def the_work_of_the_neighbour(bait):
    """row 1: reads a file in the work folder of a room that is alive
    needs: file tree
    unconfined: no, because that folder is seen in its own room only
    """
    return _read(os.path.join(bait["neighbour_work"], "secret.txt"))


def the_work_of_the_neighbour_through_proc(bait):
    """row 1: reads a file in the work folder of another room below /proc/.../cwd
    unconfined: as root, because only root may look into the rooms of others
    """
    return _read(f"/proc/{bait['neighbour']}/cwd/secret.txt")
