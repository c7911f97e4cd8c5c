"""The benchmark cases; each module has a NAME and a `run` that returns its measures."""
