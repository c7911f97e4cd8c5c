"""What buttons do: one class for each, with the callback data it is written as, and the codec between the two."""

from outreachbot.domain.callbacks import admins, broadcasts, pages, reminders
from outreachbot.domain.callbacks.codec import Callback, decode, decode_payload, encode, encode_payload

__all__ = [
    "Callback",
    "admins",
    "broadcasts",
    "decode",
    "decode_payload",
    "encode",
    "encode_payload",
    "pages",
    "reminders",
]
