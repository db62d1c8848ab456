"""What the kernel tells of a process, through /proc."""

import os
from pathlib import Path


def no_proc() -> str | None:
    """Return why nothing can be told here, or None."""
    return None if Path("/proc/self/stat").exists() else "this machine has no /proc"


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def state_of(pid: int) -> str:
    """Return the kernel's letter for a process's state, Z once it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def is_alive(pid: int) -> bool:
    return state_of(pid) != "Z"


def cpu_seconds(pid: int) -> float:
    """Return the time that the process has been computing, itself and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
