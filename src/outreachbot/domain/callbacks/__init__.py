"""Everything that a button can do, each as a class, and the codec that turns it into callback data and back."""

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
