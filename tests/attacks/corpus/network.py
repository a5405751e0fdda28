"""Attacks that speak with others: over networks, sockets and terminals."""

import ctypes
import os
import socket

LIBC = ctypes.CDLL(None, use_errno=True)
# What the room replaces by words is taken back: what holds is the kernel.
_connect = socket._socket.socket.connect


def _open(family, kind, protocol=0):
    return socket.socket(family, kind, protocol)


def _connected(family, kind, address):
    one = _open(family, kind)
    _connect(one, address)
    return one.send(b"hello")


def over_tcp(bait):
    """row 27: connects to a port of this machine"""
    return _connected(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", bait["tcp"]))


def over_tcp_with_python(bait):
    """row 27: connects as anybody would"""
    with socket.create_connection(("127.0.0.1", bait["tcp"]), 1) as one:
        return one.send(b"hello")


def over_tcp_as_version_six(bait):
    """row 27: connects by an address of version 6 that means the same
    unconfined: no, because not every machine has version 6
    """
    return _connected(socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", bait["tcp"]))


def over_udp(bait):
    """row 27: sends a datagram"""
    return _open(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", bait["udp"]))


def with_fast_open(bait):
    """row 27: connects and sends in one call, which needs no connect
    unconfined: no, because not every machine lets it
    """
    return _open(socket.AF_INET, socket.SOCK_STREAM).sendto(b"hello", 0x20000000, ("127.0.0.1", bait["tcp"]))


def with_urllib(bait):
    """row 27: asks for a page
    unconfined: no, because nobody answers
    """
    import urllib.request

    return urllib.request.urlopen(f"http://127.0.0.1:{bait['tcp']}/", timeout=1).read()


def with_asyncio(bait):
    """row 27: connects with asyncio"""
    import asyncio

    async def say():
        _, writer = await asyncio.open_connection("127.0.0.1", bait["tcp"])
        writer.write(b"hello")
        await writer.drain()
        return 5

    return asyncio.run(say())


def with_a_download_of_keras(bait):
    """row 27: has Keras download a file
    unconfined: no, because nobody answers
    """
    import keras

    return keras.utils.get_file("x", f"http://127.0.0.1:{bait['tcp']}/x")


def by_a_name(bait):
    """row 27: asks for an address by name"""
    return str(socket._socket.getaddrinfo("localhost", 80))


def to_a_socket_in_a_folder(bait):
    """row 27: connects to a socket by its path"""
    return _connected(socket.AF_UNIX, socket.SOCK_STREAM, bait["stream"])


def to_an_abstract_socket(bait):
    """row 27: connects to a socket that lies in no folder"""
    return _connected(socket.AF_UNIX, socket.SOCK_STREAM, bait["abstract_stream"])


def a_datagram_to_a_folder(bait):
    """row 27: sends a datagram to a path"""
    return _open(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"hello", bait["datagram"])


def a_datagram_to_an_abstract_socket(bait):
    """row 27: sends a datagram to a socket that lies in no folder"""
    return _open(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"hello", bait["abstract_datagram"])


def a_datagram_from_a_pair(bait):
    """row 27: sends a datagram to a path from one of a pair, which needs no socket"""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return ours.sendto(b"hello", bait["datagram"])


def a_datagram_from_a_pair_to_an_abstract_socket(bait):
    """row 27: as above, to a socket that lies in no folder"""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return ours.sendto(b"hello", bait["abstract_datagram"])


def a_datagram_from_a_pair_with_flags(bait):
    """row 27: as above, with flags among the kind of the pair that a filter may overlook"""
    kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
    ours, _ = socket.socketpair(socket.AF_UNIX, kind)
    return ours.sendto(b"hello", bait["datagram"])


def a_datagram_from_a_raw_pair(bait):
    """row 27: as above, with the kind that the kernel takes for the same (SOCK_RAW)"""
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)
    return ours.sendto(b"hello", bait["datagram"])


def a_pair_with_high_bits(bait):
    """row 27: asks for a pair with bits above those that the kernel looks at"""
    pair = (ctypes.c_int * 2)()
    number = ctypes.c_long({"x86_64": 53}.get(os.uname().machine, 199))
    words = (ctypes.c_long(1 | 1 << 32), ctypes.c_long(2 | 1 << 32), ctypes.c_long(0), pair)
    if LIBC.syscall(number, *words) == 0:
        return socket.socket(fileno=pair[0]).sendto(b"hello", bait["datagram"])


def a_pair_of_packets(bait):
    """row 27: a pair of the kind that keeps packets apart
    unconfined: no, because such a pair reaches nobody else
    """
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0].send(b"x")


def another_address_on_the_channel(bait):
    """row 27: sends from the channel to another address
    unconfined: no, because the kernel ignores or refuses the address
    """
    one = socket.socket(fileno=os.dup(4))
    return one.sendto(b"", bait["stream"]) and "sent"


def connect_the_channel_elsewhere(bait):
    """row 27: connects a socket that is open already to somebody else
    unconfined: no, because the kernel refuses that by itself
    """
    one = socket.socket(fileno=os.dup(1))
    _connect(one, bait["stream"])
    return "connected"


def listen(bait):
    """row 27: listens on a port"""
    one = _open(socket.AF_INET, socket.SOCK_STREAM)
    one.bind(("127.0.0.1", 0))
    one.listen()
    return one.getsockname()[1]


def listen_in_a_folder(bait):
    """row 27: listens on a path of its own"""
    one = _open(socket.AF_UNIX, socket.SOCK_STREAM)
    one.bind("listening")
    one.listen()
    return os.path.exists("listening")


def list_the_interfaces(bait):
    """row 27: asks the kernel for the network's interfaces"""
    return str(socket.if_nameindex())


def ask_the_kernel_by_netlink(bait):
    """row 27: opens a channel to the kernel"""
    return _open(socket.AF_NETLINK, socket.SOCK_RAW).fileno()


def send_raw_packets(bait):
    """row 27: opens a socket for raw packets
    unconfined: as root, because only root may
    """
    return _open(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).fileno()


def listen_to_all_packets(bait):
    """row 27: opens a socket that hears all packets
    unconfined: no, because not every kernel has it
    """
    return _open(socket.AF_PACKET, socket.SOCK_RAW).fileno()


def speak_with_the_machine_around(bait):
    """row 27: opens a socket to the machine on which this one runs
    unconfined: no, because not every kernel has it
    """
    return _open(40, socket.SOCK_STREAM).fileno()


def use_the_kernels_ciphers(bait):
    """row 27: opens a socket for the kernel's ciphers, which had holes
    unconfined: no, because not every kernel has it
    """
    return _open(38, socket.SOCK_SEQPACKET).fileno()


def open_every_kind_of_socket(bait):
    """row 27: opens a socket of each family"""
    found = []
    for family in range(46):
        for kind in (1, 2, 3, 5):
            try:
                _open(family, kind).close()
            except OSError:
                continue
            found.append((family, kind))
    return found and str(found)


def speak_with_docker(bait):
    """row 27: connects to Docker
    unconfined: no, because not every machine has it
    """
    return _connected(socket.AF_UNIX, socket.SOCK_STREAM, "/var/run/docker.sock")


def speak_with_the_bus(bait):
    """row 27: connects to the system's bus
    unconfined: no, because not every machine has it
    """
    return _connected(socket.AF_UNIX, socket.SOCK_STREAM, "/run/dbus/system_bus_socket")


def write_to_the_log(bait):
    """row 27: writes to the system's log
    unconfined: no, because it would stay there
    """
    return _connected(socket.AF_UNIX, socket.SOCK_DGRAM, "/dev/log")


def write_to_a_terminal(bait):
    """row 31: writes escapes to a terminal"""
    return os.write(os.open(bait["terminal"], os.O_WRONLY | os.O_NOCTTY), b"\x1b]0;title\x07")


def type_into_a_terminal(bait):
    """row 31: types into a terminal as if the teacher did
    unconfined: no, because newer kernels refuse it by themselves
    """
    import fcntl

    fcntl.ioctl(os.open(bait["terminal"], os.O_RDWR), 0x5412, b"x")
    return "typed"


def type_into_its_streams(bait):
    """row 31: types into what its streams are connected to
    unconfined: no, because they are no terminals there, either
    """
    import fcntl

    done = []
    for descriptor in range(5):
        for request in (0x5412, 0x541C, 0x5401):  # TIOCSTI, TIOCLINUX, TCGETS
            try:
                fcntl.ioctl(descriptor, request, b"\3" + bytes(99))
            except OSError:
                continue
            done.append((descriptor, request))
    return done and str(done)


def type_with_high_bits(bait):
    """row 31: types with bits in the request that the kernel cuts off
    unconfined: no, because newer kernels refuse it by themselves
    """
    number = ctypes.c_long({"x86_64": 16}.get(os.uname().machine, 29))
    text = ctypes.create_string_buffer(b"x")
    return LIBC.syscall(number, ctypes.c_long(0), ctypes.c_long(0x5412 | 1 << 32), text) == 0 and "typed"


def open_the_controlling_terminal(bait):
    """row 31: opens the terminal of whoever started it
    unconfined: no, because there may be none
    """
    return os.open("/dev/tty", os.O_RDWR)


def open_a_new_terminal(bait):
    """row 31: asks for a new terminal"""
    return os.openpty()[0]


def read_what_is_typed(bait):
    """row 31: reads from its standard input
    unconfined: no, because nothing is typed there, either
    """
    return os.read(0, 99)


def ask_for_input(bait):
    """row 31: asks a question and waits for the answer
    unconfined: no, because nobody answers there, either
    """
    return input("password: ")


def ask_for_a_password(bait):
    """row 31: asks for a password on the terminal
    unconfined: no, because nobody answers there, either
    """
    import getpass

    return getpass.getpass()


def take_the_host_name(bait):
    """row 28: gives the machine another name
    unconfined: no, because it would change the machine
    """
    socket.sethostname("mine")
    return socket.gethostname()
