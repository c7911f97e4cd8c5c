"""The audience and the timing of a broadcast."""
