"""The cases: each module has a NAME and a `run` that gives its measures."""
