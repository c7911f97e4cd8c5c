"""Sets up what the program writes while it runs, and takes every bot token out of it."""

import logging
import re
import sys

TOKEN_PATTERN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}")


class RedactingFormatter(logging.Formatter):
    """One line a record; whatever looks like a bot token, or is ours, is replaced."""

    def __init__(self, secret: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        written = super().format(record)
        if self._secret:
            written = written.replace(self._secret, "<token>")
        return TOKEN_PATTERN.sub("<token>", written)


def set_up_logging(secret: str = "", *, verbose: bool = False) -> None:
    """Write to standard error: ours from INFO on (DEBUG when verbose), the libraries' from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secret))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("outreachbot").setLevel(logging.DEBUG if verbose else logging.INFO)
