"""The unmodified program, as `outreachbot run` starts it, a few seconds before the hour of a day of remembrance."""

from pathlib import Path

import pytest

from program import started
from town import MEMBER, Town

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
needs_faketime = pytest.mark.skipif(not LIBRARIES, reason="faketime is not installed: apt install faketime")


@needs_faketime
async def test_at_the_hour_the_reminder_comes(town: Town):
    """9:00 in the zone of the shipped content is 5:00 UTC."""
    fake = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": "@2027-02-26 04:59:50",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }
    async with started(town, "run", **fake) as program:
        await town.answer(MEMBER, "/subscribe")
        await town.until(lambda: len(town.said(MEMBER)) == 2)
        code, written = await program.terminate()

    assert "35 years ago" in town.said(MEMBER)[1]["text"]
    assert "due at 9:00 in Asia/Baku" in written
    assert code == 0
