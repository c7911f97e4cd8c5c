"""The content file on the disk: written as a whole or not at all, and what stood in it unused is kept beside it."""

import errno
import logging
import os
import shutil
import tempfile
from pathlib import Path

from outreachbot.services.content import live, validate
from outreachbot.services.content.process import NotExaminedError
from outreachbot.views.content.changes import Kept
from outreachbot.views.content.refusals import Why

log = logging.getLogger(__name__)

_REASONS = {
    errno.ENOENT: Why.GONE,
    errno.EISDIR: Why.FOLDER,
    errno.EACCES: Why.FORBIDDEN,
    errno.EPERM: Why.FORBIDDEN,
    errno.EROFS: Why.FORBIDDEN,
    errno.ENOSPC: Why.FULL,
    errno.EDQUOT: Why.FULL,
}


def load(path: Path) -> bytes:
    """The file's bytes, as many as are needed to check it. Raises NotExaminedError."""
    try:
        return validate.load(path)
    except OSError as error:
        raise NotExaminedError(_why(error), f"{path}: {error.strerror or error!r}") from None


def holds(path: Path, raw: bytes) -> bool:
    """Whether this is what stands in the file."""
    try:
        return path.read_bytes() == raw
    except OSError:
        return False


def put(path: Path, raw: bytes, live_digest: str, *, keeps: bool) -> Kept:
    """Let the next start use this. What stands there instead and was not live is kept beside it."""
    file = path.resolve()  # a link stays one
    try:
        before = file.read_bytes() if file.exists() else None
        if before == raw:
            return Kept(path.name)
        if not keeps:
            return Kept(path.name, written=False)
        beside = None
        if before is not None and live.digest(before) != live_digest:
            beside = file.with_name(f"{file.name}.{live.digest(before)[:8]}")
            shutil.copy2(file, beside)
        _exchange(file, raw)
    except OSError as error:
        log.warning("%s could not be written: %s", file, error)
        return Kept(path.name, written=False, why=_why(error))
    if beside is None:
        return Kept(path.name)
    return Kept(path.name, beside=beside.name if beside.parent == path.parent.resolve() else str(beside))


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


def _why(error: OSError) -> Why:
    return _REASONS.get(error.errno or 0, Why.DISK)
