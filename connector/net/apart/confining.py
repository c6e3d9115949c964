"""What a process gives up before it works on foreign input: memory beyond a bound, time, core dumps and sockets.

It is called in a process of its own, never in that of a connector or a broker.
"""

import ctypes
import errno
import os
import platform
import resource
import sys
from pathlib import Path

# The numbers of the call by processor, and of the options of prctl.
_SOCKET = {"x86_64": 41, "aarch64": 198}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Instruction(ctypes.Structure):
    """An instruction of a seccomp filter (struct sock_filter)."""

    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    """A seccomp filter (struct sock_fprog)."""

    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def refuse_sockets() -> None:
    """Let the kernel refuse `socket` to this process (seccomp, filter mode).

    On another system or processor nothing is refused here.
    """
    number = _SOCKET.get(platform.machine())
    if number is None or sys.platform != "linux":
        return
    steps = (_Instruction * 4)(
        _Instruction(0x20, 0, 0, 0),  # load the number of the call
        _Instruction(0x15, 0, 1, number),  # if it is `socket`
        _Instruction(0x06, 0, 0, 0x00050000 | errno.EPERM),  # return an error
        _Instruction(0x06, 0, 0, 0x7FFF0000),  # else allow it
    )
    program = _Program(len(steps), steps)
    control = ctypes.CDLL(None).prctl
    control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    control(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def give_up_rights(memory: int, *, cpu_s: int | None = None) -> None:
    """Bound this process from now on: `memory` more bytes than it has, `cpu_s` seconds of the processor, no socket.

    Where the system does not say how much memory a process has, all of it counts.
    """
    statm = Path("/proc/self/statm")
    pages = int(statm.read_text("ascii").split()[0]) if statm.exists() else 0
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if cpu_s is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    refuse_sockets()
    os.nice(5)
