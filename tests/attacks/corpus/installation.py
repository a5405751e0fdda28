"""Attacks on the Python that all rooms share. They would hit every later submission, so no case runs unconfined."""

import os
import stat
import sys
import sysconfig

PACKAGES = sysconfig.get_path("purelib")
LIBRARY = sysconfig.get_path("stdlib")


def _is_of_the_machine(descriptor):
    """Whether it is a file or device of the machine's, and no pipe or socket of the room's own."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISREG(mode) or stat.S_ISCHR(mode)


def _write(path, mode="w"):
    with open(path, mode) as file:
        return file.write("import os\n")


def a_path_file(bait):
    """row 6: leaves a .pth file, which each Python runs when it starts
    unconfined: no, because it would change the Python that all tests use
    """
    return _write(os.path.join(PACKAGES, "grade_attack.pth"))


def a_site_customization(bait):
    """row 6: leaves a sitecustomize.py
    unconfined: no, because it would change the Python that all tests use
    """
    return _write(os.path.join(PACKAGES, "sitecustomize.py"))


def a_user_customization(bait):
    """row 6: leaves a usercustomize.py in the user's packages
    unconfined: no, because it would change the Python that all tests use
    """
    import site

    os.makedirs(site.USER_SITE or "/root/.local", exist_ok=True)
    place = site.getusersitepackages()
    return not place.startswith(os.environ["HOME"]) and _write(os.path.join(place, "usercustomize.py"))


def more_in_a_package(bait):
    """row 6: adds to NumPy
    unconfined: no, because it would change the Python that all tests use
    """
    import numpy

    return _write(numpy.__file__, "a")


def more_in_keras(bait):
    """row 6: adds to Keras
    unconfined: no, because it would change the Python that all tests use
    """
    import keras

    return _write(keras.__file__, "a")


def more_in_the_library(bait):
    """row 6: adds to Python's own library
    unconfined: no, because it would change the Python that all tests use
    """
    return _write(os.path.join(LIBRARY, "os.py"), "a")


def compiled_code(bait):
    """row 6: leaves compiled code that Python trusts more than the source
    unconfined: no, because it would change the Python that all tests use
    """
    import py_compile

    import numpy

    with open("evil.py", "w") as file:
        file.write("import os\n")
    cached = os.path.join(os.path.dirname(numpy.__file__), "__pycache__")
    target = os.path.join(cached, f"_attack.{sys.implementation.cache_tag}.pyc")
    return py_compile.compile("evil.py", target, doraise=True)


def cut_a_package(bait):
    """row 6: cuts a file of NumPy
    unconfined: no, because it would change the Python that all tests use
    """
    import numpy

    os.truncate(numpy.version.__file__, os.path.getsize(numpy.version.__file__))
    return "cut"


def cut_while_reading(bait):
    """row 5: opens a file of NumPy to read and cuts it by that
    unconfined: no, because it would change the Python that all tests use
    """
    return os.open(os.path.join(PACKAGES, "grade_attack_none.py"), os.O_RDONLY | os.O_CREAT | os.O_TRUNC)


def modes_of_packages(bait):
    """row 4: changes the mode of the folder of packages to what it is
    unconfined: no, because it would change the Python that all tests use
    needs: file tree
    """
    import numpy

    os.chmod(os.path.dirname(numpy.__file__), 0o755)
    return "changed"


def modes_through_a_descriptor(bait):
    """row 4: as above, through an open folder
    unconfined: no, because it would change the Python that all tests use
    needs: file tree
    """
    os.fchmod(os.open(PACKAGES, os.O_RDONLY), 0o755)
    return "changed"


def times_of_packages(bait):
    """row 4: changes the times of a file that all may read
    unconfined: no, because it would change the Python that all tests use
    needs: file tree
    """
    import numpy

    os.utime(numpy.__file__)
    return "changed"


def rename_a_package(bait):
    """row 6: moves NumPy away
    unconfined: no, because it would change the Python that all tests use
    """
    import numpy

    os.rename(numpy.version.__file__, numpy.version.__file__ + ".x")
    os.rename(numpy.version.__file__ + ".x", numpy.version.__file__)
    return "moved"


def remove_a_package(bait):
    """row 6: removes a file that is not there from the folder of packages, which tells whether it could
    unconfined: no, because it would change the Python that all tests use
    """
    os.mkdir(os.path.join(PACKAGES, "grade_attack"))
    os.rmdir(os.path.join(PACKAGES, "grade_attack"))
    return "removed"


def link_in_a_package(bait):
    """row 6: leaves a link among the packages
    unconfined: no, because it would change the Python that all tests use
    """
    os.symlink(os.getcwd(), os.path.join(PACKAGES, "grade_attack"))
    return "linked"


def link_a_package_here(bait):
    """row 6: makes a hard link to NumPy in its own folder and writes to that
    unconfined: no, because it would change the Python that all tests use
    """
    import numpy

    os.link(numpy.version.__file__, "version.py")
    return _write("version.py", "a")


def write_through_a_mapping(bait):
    """row 6: maps a file of NumPy to write to it
    unconfined: no, because it would change the Python that all tests use
    """
    import numpy

    return str(numpy.memmap(numpy.version.__file__, numpy.uint8, "r+"))


def write_through_own_links(bait):
    """row 6: opens a library once more through its mapping in /proc
    unconfined: no, because it would change the Python that all tests use
    """
    import numpy

    kept = os.open(numpy.version.__file__, os.O_RDONLY)
    return os.open(f"/proc/self/fd/{kept}", os.O_WRONLY)


def the_interpreter(bait):
    """row 6: opens Python itself to write to it
    unconfined: no, because it would change the Python that all tests use
    """
    return os.open(os.path.realpath(sys.executable), os.O_WRONLY)


def the_interpreter_through_proc(bait):
    """row 6: opens Python itself through /proc/self/exe
    unconfined: no, because it would change the Python that all tests use
    """
    return os.open("/proc/self/exe", os.O_RDWR)


def libraries_of_the_system(bait):
    """row 6: leaves the name of a library that each program loads
    unconfined: no, because it would change the machine
    """
    return os.open("/etc/ld.so.preload", os.O_WRONLY | os.O_CREAT)


def devices(bait):
    """row 4: changes the mode of /dev/null to what it is
    unconfined: no, because it would change the machine
    needs: file tree
    """
    os.chmod("/dev/null", 0o666)
    return "changed"


def devices_through_its_input(bait):
    """row 4: changes the mode of /dev/null through its standard input
    unconfined: no, because it would change the machine
    needs: file tree
    """
    os.fchmod(0, 0o666)
    return _is_of_the_machine(0) and "changed"


def owner_of_its_input(bait):
    """row 4: changes the owner of /dev/null through its standard input
    unconfined: no, because it would change the machine
    """
    os.fchown(0, os.getuid(), os.getgid())
    return _is_of_the_machine(0) and "changed"


def times_of_its_input(bait):
    """row 4: changes the times of /dev/null through its standard input
    unconfined: no, because it would change the machine
    needs: file tree
    """
    os.utime(0)
    return _is_of_the_machine(0) and "changed"


def settings_of_keras(bait):
    """row 6: leaves settings of Keras in the user's home
    unconfined: no, because it would change the user's Keras
    """
    place = os.path.join(os.path.expanduser("~"), ".keras")
    os.makedirs(place, exist_ok=True)
    return not place.startswith(os.getcwd()) and place


def the_root(bait):
    """row 6: writes into the root of its tree
    unconfined: no, because it would change the machine
    """
    return _write("/grade_attack")


def a_folder_of_the_system(bait):
    """row 6: makes folders of the system that are missing in its tree
    unconfined: no, because it would change the machine
    """
    os.makedirs("/tmp/grade_attack")
    return "made"
