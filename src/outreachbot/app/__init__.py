"""Puts the program together: opens, connects, starts and stops its parts. Only this package reads the clock."""
