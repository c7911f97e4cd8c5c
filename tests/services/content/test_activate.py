"""The file ends up with the content that went live, whatever happens to file and store in between."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from outreachbot.app.commands import content_file
from outreachbot.errors import StoreFailed
from outreachbot.services.content import activate, live
from tests.support.harness import ADMIN, Harness
from tests.support.paths import BRIDGE_CONTENT

FIRST, SECOND = (f"# {word}\n".encode() + BRIDGE_CONTENT.read_bytes() for word in ("first", "second"))


@pytest.fixture
def harness(harness: Harness, tmp_path: Path) -> Harness:
    file = Path(shutil.copy(BRIDGE_CONTENT, tmp_path / "bridge.yaml"))
    return replace(harness, file=file, content=content_file.read_content(file).content)


async def test_the_backup_is_reported_even_if_the_store_failed(context, harness, monkeypatch):
    async def fail(*_: object, **__: object) -> None:
        raise StoreFailed("the disk is full")

    draft, _ = await activate.prepare_draft(context, FIRST, "bridge.yaml")
    harness.file.write_bytes(SECOND)
    with monkeypatch.context() as patch:
        patch.setattr(activate.versions, "add", fail)
        with pytest.raises(StoreFailed):
            await activate.activate_draft(context, draft, ADMIN)
    kept = await activate.activate_draft(context, draft, ADMIN)

    assert (harness.file.read_bytes(), context.live.raw) == (FIRST, FIRST)
    assert harness.file.with_name(kept.beside).read_bytes() == SECOND


async def test_an_edit_while_a_signal_is_followed_is_read_as_well(context, harness, monkeypatch):
    examine = activate.examine_content

    async def edited_meanwhile(*what: object) -> object:
        found = await examine(*what)
        harness.file.write_bytes(SECOND)
        return found

    monkeypatch.setattr(activate, "examine_content", edited_meanwhile)
    harness.file.write_bytes(FIRST)
    live.request_reload(context.live)
    while await activate.reload_if_requested(context):
        pass

    assert context.live.raw == SECOND
    assert list(harness.file.parent.glob("bridge.yaml*")) == [harness.file]
