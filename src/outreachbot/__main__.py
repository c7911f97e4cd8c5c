"""`python -m outreachbot`: the same as the program `outreachbot`."""

from outreachbot.cli import main

main()
