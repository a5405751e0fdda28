"""Attacks on the disk. Each stops by itself after some hundred megabytes or thousand files."""

import os


def one_large_file(bait):
    """row 19: writes one large file
    unconfined: no, because the disk would be filled
    """
    with open("large", "wb") as file:
        for _ in range(300):
            file.write(b"x" * (1 << 20))
    return "it was written"


def many_large_files(bait):
    """row 19: writes many files of less than each may have
    needs: file tree
    unconfined: no, because the disk would be filled
    """
    for number in range(20):
        with open(f"large{number}", "wb") as file:
            for _ in range(30):
                file.write(b"x" * (1 << 20))
    return "they were written"


def many_small_files(bait):
    """row 19: makes ten thousand files
    needs: file tree
    unconfined: no, because the disk would be filled
    """
    for number in range(10_000):
        os.close(os.open(f"small{number}", os.O_CREAT | os.O_WRONLY))
    return "they were made"


def many_folders(bait):
    """row 19: makes a folder in a folder, five thousand deep
    needs: file tree
    unconfined: no, because removing them could fail
    """
    for _ in range(5000):
        os.mkdir("d")
        os.chdir("d")
    return "they were made"


def many_links(bait):
    """row 19: gives one file ten thousand names
    needs: file tree
    unconfined: no, because the disk would be filled
    """
    open("one", "w").close()
    for number in range(10_000):
        os.link("one", f"name{number}")
    return "they were made"


def many_symbolic_links(bait):
    """row 19: makes ten thousand long symbolic links
    needs: file tree
    unconfined: no, because the disk would be filled
    """
    for number in range(10_000):
        os.symlink("x" * 4000, f"link{number}")
    return "they were made"


def a_sparse_file(bait):
    """row 19: makes a file that says it has a terabyte
    unconfined: no, because a copy would fill the disk
    """
    with open("sparse", "wb") as file:
        file.truncate(1 << 40)
    return os.path.getsize("sparse")


def a_reserved_file(bait):
    """row 19: reserves space for a large file
    unconfined: no, because the disk would be filled
    """
    os.posix_fallocate(os.open("reserved", os.O_CREAT | os.O_RDWR), 0, 300 << 20)
    return "it was reserved"


def removed_files_that_stay_open(bait):
    """row 19: writes files and removes them while they are open
    needs: file tree
    unconfined: no, because the disk would be filled
    """
    kept = []
    for number in range(20):
        kept.append(open(f"x{number}", "wb"))
        os.unlink(f"x{number}")
        for _ in range(30):
            kept[-1].write(b"x" * (1 << 20))
    return "they were written"


def a_signal_that_is_ignored(bait):
    """row 19: ignores the signal about the size of files and goes on
    unconfined: no, because the disk would be filled
    """
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("large", "wb", buffering=0) as file:
        for _ in range(300):
            if file.write(b"x" * (1 << 20)) < 1 << 20:
                return None
    return "it was written"


def shared_memory(bait):
    """row 19: fills the folder of shared memory
    unconfined: no, because it is the machine's memory
    """
    with open("/dev/shm/large", "wb") as file:
        for _ in range(32):
            file.write(b"x" * (1 << 20))
    return "it was written"


def a_note_in_shared_memory(bait):
    """row 11: leaves a note in shared memory and looks for one from an earlier room
    unconfined: no, because it is the machine's memory
    """
    there = os.path.exists("/dev/shm/note")
    with open("/dev/shm/note", "w") as file:
        file.write("x")
    return there and "another room left a note"


def a_note_in_the_work_folder(bait):
    """row 11: leaves a note in its folder and looks for one from an earlier room
    unconfined: no, because each room has a folder of its own there, too
    """
    there = os.path.exists("note")
    with open("note", "w") as file:
        file.write("x")
    return there and "another room left a note"


def a_folder_that_cannot_be_removed(bait):
    """row 19: takes all rights from its own folder, so that nobody can clear it away
    unconfined: no, because that changes the room's own folder only
    """
    os.mkdir("kept")
    open("kept/x", "w").close()
    os.chmod("kept", 0)
    os.chmod(".", 0)


def attributes(bait):
    """row 19: hides data in extended attributes
    unconfined: no, because not every disk has them
    """
    open("one", "w").close()
    os.setxattr("one", "user.x", b"x" * 60_000)
    return "hidden"


def a_program_in_the_work_folder(bait):
    """row 14: writes a library and loads it
    needs: file tree
    unconfined: no, because a copy of a library harms nobody
    """
    import ctypes
    import shutil

    import _struct

    shutil.copyfile(_struct.__file__, "mine.so")
    return str(ctypes.CDLL(os.path.abspath("mine.so")))
