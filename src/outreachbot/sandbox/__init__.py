"""A Telegram that runs on this machine: Bot API server and people, for the demo, the tests and the benchmarks."""
