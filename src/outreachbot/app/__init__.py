"""BUILDS: the only room that opens, wires, starts and stops things, and that knows the time."""
