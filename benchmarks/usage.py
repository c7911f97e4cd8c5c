"""What a running process uses: CPU time and memory, read from outside. Linux only."""

import re
import time
from pathlib import Path

MEASURABLE = Path("/proc/self/clear_refs").exists()
_OF_A_PROCESS = 2  # CPUCLOCK_SCHED: the sum of all its threads (clock_getcpuclockid in glibc)


def cpu_seconds(pid: int) -> float:
    """CPU time of all its threads so far."""
    return time.clock_gettime((~pid << 3) | _OF_A_PROCESS)


def resident(pid: int) -> float:
    """Megabytes it holds now."""
    return _megabytes(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most megabytes it has held since its start or `forget_peak`."""
    return _megabytes(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """The peak counts from now on (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _megabytes(pid: int, field: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024
