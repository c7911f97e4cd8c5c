"""Files sent by people and by the bot: their ids, their sizes and, as long as there is room, their bytes."""

import struct
from dataclasses import dataclass, field

ROOM = 64 * 2**20  # bytes of uploads kept; the oldest go first
UNKNOWN_SIZE = (1280, 720)


@dataclass(slots=True)
class File:
    """A file. `data` is None once there was no more room, or if it came as an address."""

    file_id: str
    unique_id: str
    kind: str  # photo, document, video
    size: int
    name: str = ""
    mime: str = ""
    data: bytes | None = None
    url: str = ""

    @property
    def path(self) -> str:
        """Where it is fetched, as in getFile."""
        suffix = self.name.rpartition(".")[2] if "." in self.name else "jpg" if self.kind == "photo" else "bin"
        return f"{self.kind}s/{self.unique_id}.{suffix}"


@dataclass(slots=True)
class Shelf:
    """All files by id, and by path."""

    files: dict[str, File] = field(default_factory=dict)
    paths: dict[str, File] = field(default_factory=dict)
    used: int = 0


PREFIXES = {"photo": "AgACAgIAAxkB", "document": "BQACAgIAAxkB", "video": "BAACAgIAAxkB"}


def add(shelf: Shelf, kind: str, data: bytes | None, *, name: str = "", mime: str = "", url: str = "") -> File:
    """Put a file on the shelf and give it ids of the looks of Telegram's."""
    number = len(shelf.files) + 1
    file = File(
        file_id=f"{PREFIXES[kind]}AAI{number:08d}Sandbox0000000000000000000AQADAgADbQADNgQ",
        unique_id=f"AQADsbx{number:08d}",
        kind=kind,
        size=len(data or b""),
        name=name,
        mime=mime,
        data=data,
        url=url,
    )
    shelf.files[file.file_id] = shelf.paths[file.path] = file
    shelf.used += file.size
    _make_room(shelf)
    return file


def _make_room(shelf: Shelf) -> None:
    for file in shelf.files.values():
        if shelf.used <= ROOM:
            return
        if file.data is not None:
            shelf.used -= len(file.data)
            file.data = None


def sizes(data: bytes | None) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG picture; None if it is none of them."""
    if data is None:
        return UNKNOWN_SIZE
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg_sizes(data) if data.startswith(b"\xff\xd8") else None


def _jpeg_sizes(data: bytes) -> tuple[int, int]:
    """Walk the segments up to the frame header (0xC0-0xCF, but for tables and arithmetic conditioning)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return UNKNOWN_SIZE
