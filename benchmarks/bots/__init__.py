"""The contestants' programs: each runs in a process of its own and imports nothing from the benchmarks."""
