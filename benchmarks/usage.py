"""Reads the CPU time and memory of a running process from outside. Linux only."""

import re
import time
from pathlib import Path

MEASURABLE = Path("/proc/self/clear_refs").exists()
_CPUCLOCK_SCHED = 2  # the process's clock, over all threads (clock_getcpuclockid in glibc)


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads so far."""
    return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)


def resident_megabytes(pid: int) -> float:
    return _read_status(pid, "VmRSS")


def peak_megabytes(pid: int) -> float:
    """Maximum since the process's start or the last `reset_peak`."""
    return _read_status(pid, "VmHWM")


def reset_peak(pid: int) -> None:
    """Reset the peak to the current memory (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _read_status(pid: int, field: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    match = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    assert match is not None
    return int(match[1]) / 1024
