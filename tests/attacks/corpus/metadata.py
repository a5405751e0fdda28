"""Attacks that change hidden files without reading them, and the disk's other folders."""

import os


def chmod_the_checks(bait):
    """row 4: lets everybody write to the checks
    needs: file tree
    """
    os.chmod(bait["checks"], 0o666)
    return oct(os.stat(bait["checks"]).st_mode)


def chmod_by_a_descriptor(bait):
    """row 4: changes the mode through an open file"""
    os.fchmod(os.open(bait["checks"], os.O_RDONLY), 0o666)
    return "changed"


def chmod_by_a_path_descriptor(bait):
    """row 4: changes the mode through /proc/self/fd
    needs: file tree
    """
    os.chmod(f"/proc/self/fd/{os.open(bait['checks'], os.O_PATH)}", 0o666)
    return "changed"


def change_the_times(bait):
    """row 4: sets the times of the checks back
    needs: file tree
    """
    os.utime(bait["checks"], (1, 1))
    return "changed"


def change_an_attribute(bait):
    """row 4: changes an extended attribute of the checks
    unconfined: no, because not every disk has them
    """
    os.setxattr(bait["checks"], "user.note", b"changed")
    return "changed"


def take_an_attribute(bait):
    """row 4: takes an extended attribute away
    unconfined: no, because not every disk has them
    """
    os.removexattr(bait["checks"], "user.note")
    return "changed"


def change_the_owner(bait):
    """row 4: gives the checks to itself"""
    os.chown(bait["checks"], os.getuid(), os.getgid())
    return "changed"


def change_the_owner_of_a_link(bait):
    """row 4: gives the checks to itself, by lchown"""
    os.lchown(bait["checks"], os.getuid(), os.getgid())
    return "changed"


def cut_the_checks(bait):
    """row 5: cuts the checks by their path"""
    os.truncate(bait["checks"], 0)
    return "cut"


def cut_while_reading(bait):
    """row 5: cuts the checks by opening them to read"""
    return os.open(bait["checks"], os.O_RDONLY | os.O_TRUNC)


def cut_an_open_file(bait):
    """row 5: cuts a file that everybody may write to"""
    os.truncate(bait["open_file"], 0)
    return "cut"


def write_over_the_checks(bait):
    """row 5: writes checks of its own"""
    with open(bait["checks"], "w") as file:
        return file.write("def test_all(): pass\n")


def write_more_to_the_checks(bait):
    """row 5: writes more at the end of the checks"""
    with open(bait["checks"], "a") as file:
        return file.write("\ntests = None\n")


def write_to_an_open_file(bait):
    """row 5: writes to a file that everybody may write to"""
    with open(bait["open_file"], "a") as file:
        return file.write("x")


def write_through_a_mapping(bait):
    """row 5: maps an open file and writes to the pages"""
    import mmap

    with open(bait["open_file"], "r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
        pages[0:1] = b"#"
        return "written"


def write_with_splice(bait):
    """row 5: has the kernel move bytes from a pipe into an open file"""
    reads, writes = os.pipe()
    os.write(writes, b"x")
    return os.splice(reads, os.open(bait["open_file"], os.O_WRONLY), 1)


def make_a_file(bait):
    """row 5: makes a file in an open folder"""
    with open(os.path.join(bait["open"], "new"), "w") as file:
        return file.write("x")


def make_a_file_without_a_name(bait):
    """row 5: makes a file without a name in an open folder
    unconfined: no, because not every disk has them
    """
    return os.open(bait["open"], os.O_TMPFILE | os.O_RDWR, 0o600)


def make_a_folder(bait):
    """row 5: makes a folder in an open folder"""
    os.mkdir(os.path.join(bait["open"], "new"))
    return "made"


def make_a_link(bait):
    """row 5: leaves a link in an open folder"""
    os.symlink("/etc/passwd", os.path.join(bait["open"], "new"))
    return "made"


def make_a_pipe(bait):
    """row 5: leaves a named pipe in an open folder, on which a reader would wait for ever"""
    os.mkfifo(os.path.join(bait["open"], "new"))
    return "made"


def make_a_device(bait):
    """row 5: makes a device for memory in its own folder
    unconfined: as root, because only root may make devices
    """
    os.mknod("zero", 0o20666, os.makedev(1, 5))
    return "made"


def remove_the_checks(bait):
    """row 5: removes the checks"""
    os.unlink(bait["checks"])
    return "removed"


def remove_the_course(bait):
    """row 5: removes the whole course"""
    import shutil

    shutil.rmtree(bait["course"])
    return "removed"


def move_an_own_file_out(bait):
    """row 5: moves an own file into an open folder, over another
    unconfined: no, because the work folder may lie on another disk
    """
    with open("own", "w") as file:
        file.write("x")
    os.rename("own", bait["open_file"])
    return "moved"


def lock_the_checks(bait):
    """row 5: locks a file of the course, on which the judge would wait"""
    import fcntl

    fcntl.flock(os.open(bait["checks"], os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    return "locked"


def reserve_the_disk(bait):
    """row 19: reserves space in an open file"""
    os.posix_fallocate(os.open(bait["open_file"], os.O_WRONLY), 0, 1 << 16)
    return "reserved"
