"""The exception for API errors: what Telegram answers instead of a result."""

from typing import Any


class Refused(Exception):
    """An answer with `ok: false`; `parameters` holds retry_after or migrate_to_chat_id."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")
