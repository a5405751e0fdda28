"""Where the kernel of a room for notebooks listens, known to both sides from the beginning."""

#: Beginning of the sockets' names, in the folder that both sides are told of, and their numbers: `kernel-1` and so on.
NAME, TRANSPORT = "kernel", "ipc"
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
