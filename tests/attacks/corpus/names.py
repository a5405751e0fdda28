"""Attacks that only want to know whether something is there: hidden names are secrets, too."""

import ctypes
import os
import socket


def _tells(bait, ask):
    """Whether asking about the checks and about a file that there is not gives different answers."""

    def answer(path):
        try:
            return repr(ask(path)).replace(path, "")
        except OSError as problem:
            return problem.errno

    there, absent = answer(bait["checks"]), answer(bait["absent"])
    return there != absent and f"{there} {absent}"


def by_stat(bait):
    """row 2: os.stat
    needs: file tree
    """
    return os.stat(bait["checks"]).st_size


def by_exists(bait):
    """row 2: os.path.exists
    needs: file tree
    """
    return os.path.exists(bait["checks"])


def by_the_error_of_open(bait):
    """row 2: compares the errors of open
    needs: file tree
    """
    return _tells(bait, lambda path: os.open(path, os.O_RDONLY) > 0)


def by_the_error_of_writing(bait):
    """row 2: compares the errors of opening to write to a folder
    needs: file tree
    """
    return _tells(bait, lambda path: os.open(os.path.dirname(path) + "/.", os.O_WRONLY)) or _tells(bait, os.listdir)


def by_access(bait):
    """row 2: os.access
    needs: file tree
    """
    return _tells(bait, lambda path: os.access(path, os.F_OK))


def by_a_path_descriptor(bait):
    """row 2: opens it with O_PATH
    needs: file tree
    """
    return _tells(bait, lambda path: os.open(path, os.O_PATH) > 0)


def by_going_there(bait):
    """row 2: changes into folders
    needs: file tree
    """
    os.chdir(os.path.dirname(bait["checks"]))
    return os.getcwd()


def by_the_disk(bait):
    """row 2: asks about the disk on which it lies
    needs: file tree
    """
    return _tells(bait, lambda path: os.statvfs(path).f_bsize)


def by_reading_a_link(bait):
    """row 2: compares the errors of readlink
    needs: file tree
    """
    return _tells(bait, os.readlink)


def by_its_real_path(bait):
    """row 2: resolves it strictly
    needs: file tree
    """
    return _tells(bait, lambda path: os.path.realpath(path, strict=True))


def by_attributes(bait):
    """row 2: compares the errors of extended attributes"""
    return _tells(bait, os.listxattr)


def by_an_attribute(bait):
    """row 2: reads an extended attribute
    unconfined: no, because not every disk has them
    """
    return os.getxattr(bait["checks"], "user.note")


def by_making_it(bait):
    """row 2: compares the errors of mkdir
    needs: file tree
    """
    there, absent = [], []
    for path, errors in ((bait["checks"], there), (bait["absent"] + "/below", absent)):
        try:
            os.mkdir(path)
        except OSError as problem:
            errors.append(problem.errno)
    return there != absent and str(there)


def by_linking_it(bait):
    """row 2: compares the errors of link
    needs: file tree
    """
    return _tells(bait, lambda path: os.link(path, os.path.join(bait["open"], "linked")))


def by_renaming_it(bait):
    """row 2: compares the errors of rename
    needs: file tree
    """
    return _tells(bait, lambda path: os.rename(path, path + "/x"))


def by_removing_it(bait):
    """row 2: compares the errors of rmdir
    needs: file tree
    """
    return _tells(bait, os.rmdir)


def by_cutting_it(bait):
    """row 2: compares the errors of truncate
    needs: file tree
    """
    return _tells(bait, lambda path: os.truncate(path + "/x", 0))


def by_its_times(bait):
    """row 2: compares the errors of utime
    needs: file tree
    """
    return _tells(bait, lambda path: os.utime(path + "/x"))


def by_running_it(bait):
    """row 2: compares the errors of execve"""
    return _tells(bait, lambda path: os.execv(path, ["x"]))


def by_connecting_to_it(bait):
    """row 2: compares the errors of connecting to it as a socket"""
    def connect(path):
        os.chdir(os.path.dirname(bait["course"]))
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(os.path.relpath(path, os.path.dirname(bait["course"])))

    return _tells(bait, connect)


def by_watching_it(bait):
    """row 2: asks to be told of changes to it"""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init()
    return libc.inotify_add_watch(watch, bait["checks"].encode(), 0x100) > 0 and "it is watched"


def by_loading_it(bait):
    """row 2: compares the errors of loading it as a library
    needs: file tree
    """
    def load(path):
        try:
            ctypes.CDLL(path)
        except OSError as problem:
            return str(problem)

    return _tells(bait, load)


def by_a_trailing_slash(bait):
    """row 2: compares the errors of a file used as a folder
    needs: file tree
    """
    return _tells(bait, lambda path: os.stat(path + "/"))


def of_the_other_rooms(bait):
    """row 2: looks whether another room's folder is there
    needs: file tree
    """
    return os.path.exists(os.path.dirname(bait["neighbour_work"]))


def of_the_temporary_folder(bait):
    """row 2: lists the machine's temporary folder"""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.getcwd())))
    rooms = os.path.dirname(os.path.dirname(bait["neighbour_work"]))
    return os.path.basename(rooms) in os.listdir(here)


def of_the_users(bait):
    """row 2: lists the homes of users"""
    return str(os.listdir("/home")) + str(os.listdir("/etc"))


def of_programs(bait):
    """row 2: lists the programs that are installed
    needs: file tree
    """
    return len(os.listdir("/usr/bin"))


def of_mounts(bait):
    """row 2: reads what else is mounted on this machine
    needs: file tree
    """
    with open("/proc/mounts") as file:
        return [line for line in file if line.split()[1] in ("/proc", "/dev/pts", "/sys", "/run", "/boot")]


def of_mounts_of_its_own(bait):
    """row 2: looks for the course in the list of its own mounts
    unconfined: no, because the course is no mount there, either
    """
    with open("/proc/self/mountinfo") as file:
        text = file.read()
    return bait["course"] in text or os.path.basename(os.path.dirname(bait["course"])) in text
