"""What goes live is what stands in the file afterwards, whatever happens to file and store in between."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from outreachbot.app.commands import content_file
from outreachbot.errors import StoreFailed
from outreachbot.services.content import activate, live
from town import ADMIN, Town

BRIDGE = Path(__file__).parents[1] / "domain" / "bridge.yaml"
FIRST, SECOND = (f"# {word}\n".encode() + BRIDGE.read_bytes() for word in ("first", "second"))


@pytest.fixture
def town(town: Town, tmp_path: Path) -> Town:
    file = Path(shutil.copy(BRIDGE, tmp_path / "bridge.yaml"))
    return replace(town, file=file, content=content_file.read_content(file).content)


async def test_what_was_kept_beside_is_said_also_where_the_store_failed_before_it_was(context, town, monkeypatch):
    async def fail(*_: object, **__: object) -> None:
        raise StoreFailed("the disk is full")

    draft, _ = await activate.prepare_draft(context, FIRST, "bridge.yaml")
    town.file.write_bytes(SECOND)
    with monkeypatch.context() as patch:
        patch.setattr(activate.versions, "add", fail)
        with pytest.raises(StoreFailed):
            await activate.activate_draft(context, draft, ADMIN)
    kept = await activate.activate_draft(context, draft, ADMIN)

    assert (town.file.read_bytes(), context.live.raw) == (FIRST, FIRST)
    assert town.file.with_name(kept.beside).read_bytes() == SECOND


async def test_an_edit_while_a_signal_is_followed_is_read_as_well(context, town, monkeypatch):
    examine = activate.examine_content

    async def edited_meanwhile(*what: object) -> object:
        found = await examine(*what)
        town.file.write_bytes(SECOND)
        return found

    monkeypatch.setattr(activate, "examine_content", edited_meanwhile)
    town.file.write_bytes(FIRST)
    live.request_reload(context.live)
    while await activate.reload_if_requested(context):
        pass

    assert context.live.raw == SECOND
    assert list(town.file.parent.glob("bridge.yaml*")) == [town.file]
