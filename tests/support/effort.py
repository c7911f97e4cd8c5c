"""How much work a function does, compared with itself: CPU time in proportion, never seconds."""

import time
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU time of this process that the work takes, at best of several runs."""
    taken = []
    for _ in range(3):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


def growth(work: Callable[[int], object], size: int, factor: int) -> float:
    """How much more CPU time an input `factor` times larger takes: about `factor` if the work is linear."""
    return cpu_seconds(lambda: work(size * factor)) / cpu_seconds(lambda: work(size))
