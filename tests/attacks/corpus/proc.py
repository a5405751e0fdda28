"""Attacks through /proc, where the kernel tells of processes."""

import os


def _read(path):
    with open(path, "rb") as file:
        return file.read(1 << 16)


def list_all_processes(bait):
    """row 7: lists the processes of the machine
    needs: file tree
    """
    return [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def environment_of_another(bait):
    """row 7: reads the environment of another process"""
    return _read(f"/proc/{bait['victim']}/environ")


def environment_of_the_judge(bait):
    """row 7: reads the environment of the judge
    unconfined: as root, because the judge cannot be looked at
    """
    return _read(f"/proc/{bait['host']}/environ")


def environment_of_the_warm_interpreter(bait):
    """row 7: reads the environment of its parent"""
    return _read(f"/proc/{os.getppid()}/environ")


def command_of_the_judge(bait):
    """row 7: reads the command line of the judge, which names the course"""
    return _read(f"/proc/{bait['host']}/cmdline")


def command_of_its_parent(bait):
    """row 7: reads the command line of its parent"""
    return _read(f"/proc/{os.getppid()}/cmdline")


def status_of_the_judge(bait):
    """row 7: reads how the judge does"""
    return _read(f"/proc/{bait['host']}/status")


def files_of_the_judge(bait):
    """row 7: lists the open files of the judge
    unconfined: as root, because the judge cannot be looked at
    """
    return str([os.readlink(f"/proc/{bait['host']}/fd/{name}") for name in os.listdir(f"/proc/{bait['host']}/fd")])


def a_file_of_the_judge(bait):
    """row 7: opens a file that the judge has open
    unconfined: no, because the judge's files are its business
    """
    return _read(f"/proc/{bait['host']}/fd/0") + b"it was opened"


def memory_of_the_judge(bait):
    """row 7: opens the memory of the judge
    unconfined: as root, because the judge cannot be looked at
    """
    return str(open(f"/proc/{bait['host']}/mem", "rb"))


def memory_of_its_parent(bait):
    """row 7: reads the memory of its parent at an address that it shares with it
    unconfined: as root, because some systems forbid it to others
    """
    with open(f"/proc/{os.getppid()}/mem", "rb", buffering=0) as memory:
        memory.seek(id(None))
        return memory.read(16)


def memory_of_another(bait):
    """row 7: reads the memory of another process, where its environment lies
    unconfined: as root, because some systems forbid it to others
    """
    with open(f"/proc/{bait['victim']}/maps") as maps:
        line = next(line for line in maps if "[stack]" in line)
    low, high = (int(part, 16) for part in line.split()[0].split("-"))
    with open(f"/proc/{bait['victim']}/mem", "rb", buffering=0) as memory:
        memory.seek(low)
        text = memory.read(high - low)
    return text[text.index(b"TOKEN") :][:40]


def maps_of_the_judge(bait):
    """row 7: reads where the memory of the judge lies
    unconfined: as root, because the judge cannot be looked at
    """
    return _read(f"/proc/{bait['host']}/maps")


def folder_of_the_judge(bait):
    """row 7: asks in which folder the judge works
    unconfined: as root, because the judge cannot be looked at
    """
    return os.readlink(f"/proc/{bait['host']}/cwd")


def namespaces_of_the_judge(bait):
    """row 7: asks for the judge's namespaces
    unconfined: as root, because the judge cannot be looked at
    """
    return os.readlink(f"/proc/{bait['host']}/ns/mnt")


def threads_of_the_judge(bait):
    """row 7: lists the threads of the judge"""
    return str(os.listdir(f"/proc/{bait['host']}/task"))


def processes_with_psutil(bait):
    """row 7: asks psutil for the judge
    needs: file tree
    """
    with open(f"/proc/{bait['host']}/stat") as file:
        return file.read()


def memory_of_the_machine(bait):
    """row 7: opens the memory of the kernel
    unconfined: no, because not every kernel shows it
    """
    return str(open("/proc/kcore", "rb"))


def symbols_of_the_kernel(bait):
    """row 7: reads where the kernel's functions lie"""
    return _read("/proc/kallsyms")


def command_of_the_kernel(bait):
    """row 7: reads how the kernel was started"""
    return _read("/proc/cmdline")


def connections_of_the_machine(bait):
    """row 7: reads which sockets are open on the machine
    needs: namespaces
    """
    lines = _read("/proc/net/unix").splitlines()
    return len(lines) > 2 and len(lines)


def connections_by_its_own_folder(bait):
    """row 7: reads which sockets are open, in its own folder of /proc
    needs: namespaces
    """
    text = _read("/proc/self/net/tcp") + _read("/proc/self/net/unix")
    return f":{bait['tcp']:04X}".encode() in text and text


def keys_of_the_kernel(bait):
    """row 7: reads which keys the kernel holds
    unconfined: no, because not every kernel has them
    """
    return _read("/proc/keys")


def switches_of_the_kernel(bait):
    """row 7: reads a switch of the kernel"""
    return _read("/proc/sys/kernel/ostype")


def change_a_switch_of_the_kernel(bait):
    """row 7: says what the kernel runs when a process dies
    unconfined: no, because it would change the machine
    """
    with open("/proc/sys/kernel/core_pattern", "w") as file:
        return file.write("|/bin/false")


def press_a_key(bait):
    """row 7: presses the kernel's emergency key for help
    unconfined: no, because it would change the machine
    """
    with open("/proc/sysrq-trigger", "w") as file:
        return file.write("h")


def be_spared_when_memory_runs_out(bait):
    """row 17: asks the kernel to end others when memory runs out
    unconfined: no, because some systems forbid it even to root
    """
    with open("/proc/self/oom_score_adj", "w") as file:
        return file.write("-1000")


def write_its_own_memory(bait):
    """row 7: writes into its own code through /proc/self/mem"""
    kept = bytearray(b"before..")
    import ctypes

    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(ctypes.addressof((ctypes.c_char * 8).from_buffer(kept)))
        memory.write(b"after...")
    return kept == b"after..." and "written"


def write_its_own_name(bait):
    """row 7: writes to its own folder of /proc
    unconfined: no, because a name harms nobody
    """
    with open("/proc/self/comm", "w") as file:
        return file.write("judge")


def join_a_control_group(bait):
    """row 17: leaves its group of processes for the machine's
    unconfined: no, because it would change the machine
    """
    for folder in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup"):
        try:
            with open(f"{folder}/cgroup.procs", "w") as file:
                return file.write(str(os.getpid()))
        except OSError:
            pass


def mapped_files(bait):
    """row 7: opens its own mapped files by address
    unconfined: as root, because only root may
    """
    name = os.listdir("/proc/self/map_files")[0]
    return os.open(f"/proc/self/map_files/{name}", os.O_RDONLY)


def serial_number_of_the_machine(bait):
    """row 7: reads what tells this machine from others
    unconfined: no, because not every machine has it
    """
    return _read("/etc/machine-id") or _read("/sys/class/dmi/id/product_uuid")


def boot_of_the_machine(bait):
    """row 7: reads the random name of this boot"""
    return _read("/proc/sys/kernel/random/boot_id")


def load_of_the_machine(bait):
    """row 7: reads how busy the machine is, which tells of others"""
    return _read("/proc/loadavg")
