"""Network isolation of worker processes: a seccomp filter, and a network namespace of its own.

`isolate_process` applies both where the kernel permits it, and then tests that no socket can be used. Children inherit
the isolation, and it cannot be undone. Measured on Linux 6.18: once per fork server, so the cost per query is zero.

- The seccomp filter (seccomp(2), x86_64 and aarch64) rejects the system calls that create sockets or take those of
  other processes. It needs no privileges and works in containers and in systemd units with `RestrictNamespaces`.
- The namespace (network_namespaces(7)) has no interface but a loopback that is down. Unprivileged processes get one in
  a user namespace of their own, where this is permitted.

Landlock was rejected: its network rules cover TCP only, so a name server could still receive data over UDP.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import socket
import struct
import subprocess
import sys
from importlib import import_module
from pathlib import Path

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2  # prctl(2), linux/seccomp.h
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000  # CLONE_NEWNET, CLONE_NEWUSER, unshare(2)
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_ALLOW, _REJECT = 0x7FFF0000, 0x00050000 | errno.EPERM  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4  # struct seccomp_data
_X32_CALLS = 0x40000000
"""System call numbers from here on are those of the x32 ABI, which has a second number for every call."""

_CALLS = {
    # socket, connect, accept, bind, listen, accept4, setns, ptrace, process_vm_readv, process_vm_writev
    "x86_64": (0xC000003E, (41, 42, 43, 49, 50, 288, 308, 101, 310, 311)),
    "aarch64": (0xC00000B7, (198, 203, 202, 200, 201, 242, 268, 117, 270, 271)),
}
"""Audit architecture (linux/audit.h), and the numbers of the rejected calls by machine."""
_NEWER_CALLS = (425, 426, 427, 438)
"""io_uring_setup, io_uring_enter, io_uring_register and pidfd_getfd: one number on all machines."""
_UNREACHABLE = (errno.EPERM, errno.EACCES, errno.ENETUNREACH, errno.EADDRNOTAVAIL)


def isolate_process() -> tuple[str, ...]:
    """Cut the process off from the network; return the names of the methods that work, none if there is none.

    The process must have one thread. Its open files and sockets stay usable.
    """
    if sys.platform != "linux" or len([*Path("/proc/self/task").iterdir()]) > 1:
        return ()
    methods = []
    if _enter_network_namespace():
        methods.append("network namespace")
    if _install_filter():
        methods.append("seccomp")
    return tuple(methods) if methods and not can_use_network() else ()


def _enter_network_namespace() -> bool:
    """Move the process into a new network namespace: as root directly, otherwise in a new user namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_NEW_NETWORK) == 0 or libc.unshare(_NEW_USER | _NEW_NETWORK) == 0)


def _install_filter() -> bool:
    """Reject the system calls that create sockets, for this process and its children."""
    if platform.machine() not in _CALLS:
        return False
    architecture, calls = _CALLS[platform.machine()]
    rejected = (*calls, *_NEWER_CALLS)
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REJECT),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_IF_AT_LEAST, len(rejected) + 1, 0, _X32_CALLS),
        *((_JUMP_IF_EQUAL, len(rejected) - n, 0, number) for n, number in enumerate(rejected)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REJECT),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *instruction) for instruction in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    # prctl and not seccomp(2), which systemd's @system-service does not include.
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return bool(libc.prctl(_SET_SECCOMP, _FILTER_MODE, header, 0, 0) == 0)


def can_use_network() -> bool:
    """Return whether the process can reach an address over TCP or UDP, or holds an Internet socket."""
    if any(map(_is_internet_socket, Path("/proc/self/fd").iterdir())):
        return True
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with contextlib.suppress(OSError), socket.socket(family, kind) as probe:
                probe.settimeout(0.2)
                # The discard port: without a network the error is one of these, with one the connection is refused.
                if probe.connect_ex((address, 9)) not in _UNREACHABLE:
                    return True
    return False


def _is_internet_socket(descriptor: Path) -> bool:
    try:
        if not str(descriptor.readlink()).startswith("socket:"):
            return False
        with socket.socket(fileno=os.dup(int(descriptor.name))) as copy:
            return copy.family in (socket.AF_INET, socket.AF_INET6)
    except OSError:
        return False


def run_isolated(function: str, *arguments: object) -> None:
    """Isolate the process, then call a function given as `module:name`, which is imported only now.

    For the first call in a new process: a library that starts threads when it is imported would prevent the isolation.
    """
    isolate_process()
    module, _, name = function.partition(":")
    getattr(import_module(module), name)(*arguments)


def probe_isolation() -> tuple[str, ...]:
    """Return the methods that isolate a process on this machine, found by isolating a new process."""
    command = [sys.executable, "-m", __name__]
    output = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL).stdout
    return tuple(output.splitlines())


if __name__ == "__main__":
    sys.stdout.write("\n".join(isolate_process()))
