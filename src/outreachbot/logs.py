"""Sets up logging, and removes every bot token from what is logged."""

import logging
import re
import sys

TOKEN_PATTERN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}")


class RedactingFormatter(logging.Formatter):
    """Formats log records; replaces the secret and everything that looks like a bot token with `<token>`."""

    def __init__(self, secret: str) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        written = super().format(record)
        if self._secret:
            written = written.replace(self._secret, "<token>")
        return TOKEN_PATTERN.sub("<token>", written)


def set_up_logging(secret: str = "", *, verbose: bool = False) -> None:
    """Log to standard error: this program from level INFO (DEBUG when verbose), libraries from level WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secret))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("outreachbot").setLevel(logging.DEBUG if verbose else logging.INFO)
