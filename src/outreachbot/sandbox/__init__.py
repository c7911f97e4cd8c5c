"""A local Telegram: a Bot API server with simulated people, for the demo, the tests and the benchmarks."""
