"""Files sent by people and the bot: their ids, dimensions and, while there is room, their content."""

import struct
from dataclasses import dataclass, field

from outreachbot.sandbox.chat import Json

MAX_STORED_BYTES = 64 * 2**20  # of all uploads; the oldest are evicted first
UNKNOWN_DIMENSIONS = (1280, 720)
VIDEO_FIELDS = {"width": 1280, "height": 720, "duration": 1}  # of every video; none is decoded


@dataclass(slots=True)
class File:
    """A file. `data` is None if its content was evicted or if it was sent as a URL."""

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
        """The file_path for downloads (Bot API, getFile)."""
        suffix = self.name.rpartition(".")[2] if "." in self.name else "jpg" if self.kind == "photo" else "bin"
        return f"{self.kind}s/{self.unique_id}.{suffix}"

    def json(self) -> Json:
        """The fields that Telegram's File, PhotoSize, Document and Video objects share."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}

    def photo_json(self) -> Json:
        """The `photo` field of a Message object, with a single PhotoSize."""
        width, height = read_dimensions(self.data) or UNKNOWN_DIMENSIONS
        return {"photo": [self.json() | {"width": width, "height": height}]}


@dataclass(slots=True)
class FileStore:
    """All files, by id and by path."""

    by_id: dict[str, File] = field(default_factory=dict)
    by_path: dict[str, File] = field(default_factory=dict)
    stored_bytes: int = 0


PREFIXES = {"photo": "AgACAgIAAxkB", "document": "BQACAgIAAxkB", "video": "BAACAgIAAxkB"}


def add(store: FileStore, kind: str, data: bytes | None, *, name: str = "", mime: str = "", url: str = "") -> File:
    """Store a file under new ids that look like Telegram's."""
    number = len(store.by_id) + 1
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
    store.by_id[file.file_id] = store.by_path[file.path] = file
    store.stored_bytes += file.size
    _evict_oldest(store)
    return file


def _evict_oldest(store: FileStore) -> None:
    for file in store.by_id.values():
        if store.stored_bytes <= MAX_STORED_BYTES:
            return
        if file.data is not None:
            store.stored_bytes -= len(file.data)
            file.data = None


def read_dimensions(data: bytes | None) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG image in pixels; None for any other format."""
    if data is None:
        return UNKNOWN_DIMENSIONS
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _read_jpeg_dimensions(data) if data.startswith(b"\xff\xd8") else None


def _read_jpeg_dimensions(data: bytes) -> tuple[int, int]:
    """Walk the segments up to the frame header (0xC0-0xCF, except Huffman tables and arithmetic conditioning)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return UNKNOWN_DIMENSIONS
