"""SPEAKS: the only room that imports `telegram`."""
