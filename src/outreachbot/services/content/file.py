"""The content file on the disk: written as a whole or not at all, and what stood in it unused is kept beside it."""

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
    """The file's bytes, as many as are needed to check it. Raises NotExaminedError."""
    try:
        return validate.read_bytes(path)
    except OSError as error:
        raise ContentUnreadable(_why(error), f"{path}: {error.strerror or error!r}") from None


def has_content(path: Path, raw: bytes) -> bool:
    """Whether this is what stands in the file."""
    try:
        return path.read_bytes() == raw
    except OSError:
        return False


def save_file(path: Path, raw: bytes, live_digest: str, *, keeps: bool) -> SavedFile:
    """Let the next start use this. What stands there instead and was not live is kept beside it."""
    file = path.resolve()  # a link stays one
    try:
        before = file.read_bytes() if file.exists() else None
        if before == raw:
            return SavedFile(path.name)
        if not keeps:
            return SavedFile(path.name, written=False)
        beside = None
        if before is not None and live.compute_digest(before) != live_digest:
            beside = file.with_name(f"{file.name}.{live.compute_digest(before)[:8]}")
            shutil.copy2(file, beside)
        _exchange(file, raw)
    except OSError as error:
        log.warning("%s could not be written: %s", file, error)
        return SavedFile(path.name, written=False, why=_why(error))
    if beside is None:
        return SavedFile(path.name)
    return SavedFile(path.name, beside=beside.name if beside.parent == path.parent.resolve() else str(beside))


def _exchange(file: Path, raw: bytes) -> None:
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


def _why(error: OSError) -> Unreadable:
    return _REASONS.get(error.errno or 0, Unreadable.DISK)
