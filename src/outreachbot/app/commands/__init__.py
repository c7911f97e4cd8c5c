"""The commands of the command line, except for `run` and `demo`."""
