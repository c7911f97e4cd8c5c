"""Runs `python -m outreachbot`, which is the same as the command `outreachbot`."""

from outreachbot.cli import main

main()
