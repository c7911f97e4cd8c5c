"""Reads and writes the content file on disk: atomically, and with a backup of a text that was never live."""

import errno
import logging
import os
import shutil
import tempfile
from pathlib import Path

from outreachbot.domain.content.file import SavedFile
from outreachbot.errors import ContentUnreadable, Unreadable
from outreachbot.services.content import live, validate

log = logging.getLogger(__name__)

_REASONS = {
    errno.ENOENT: Unreadable.GONE,
    errno.EISDIR: Unreadable.FOLDER,
    errno.EACCES: Unreadable.FORBIDDEN,
    errno.EPERM: Unreadable.FORBIDDEN,
    errno.EROFS: Unreadable.FORBIDDEN,
    errno.ENOSPC: Unreadable.FULL,
    errno.EDQUOT: Unreadable.FULL,
}


def read_file(path: Path) -> bytes:
    """The file's bytes, as many as are needed to check it. Raises ContentUnreadable."""
    try:
        return validate.read_bytes(path)
    except OSError as error:
        raise ContentUnreadable(_classify(error), f"{path}: {error.strerror or error!r}") from None


def has_content(path: Path, raw: bytes) -> bool:
    """Whether the file consists of these bytes."""
    try:
        return path.read_bytes() == raw
    except OSError:
        return False


def save_file(path: Path, raw: bytes, live_digest: str, *, writes_file: bool) -> SavedFile:
    """Write the file, which the next start uses. A text in it that was not live is kept as a file beside it."""
    file = path.resolve()  # so that a symbolic link stays one
    try:
        before = file.read_bytes() if file.exists() else None
        if before == raw:
            return SavedFile(path.name)
        if not writes_file:
            return SavedFile(path.name, written=False)
        backup = None
        if before is not None and live.compute_digest(before) != live_digest:
            backup = file.with_name(f"{file.name}.{live.compute_digest(before)[:8]}")
            shutil.copy2(file, backup)
        _replace(file, raw)
    except OSError as error:
        log.warning("%s could not be written: %s", file, error)
        return SavedFile(path.name, written=False, why=_classify(error))
    if backup is None:
        return SavedFile(path.name)
    return SavedFile(path.name, beside=backup.name if backup.parent == path.parent.resolve() else str(backup))


def _replace(file: Path, raw: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
        try:
            new.write(raw)
            new.flush()
            os.fsync(new.fileno())
            new.close()
            if file.exists():
                shutil.copymode(file, new.name)
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise


def _classify(error: OSError) -> Unreadable:
    return _REASONS.get(error.errno or 0, Unreadable.DISK)
