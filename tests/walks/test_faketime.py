"""The unmodified program, as `outreachbot run` starts it, a few seconds before the hour of a day of remembrance."""

from pathlib import Path

import pytest

from tests.support.harness import MEMBER, Harness
from tests.support.program import started

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
needs_faketime = pytest.mark.skipif(not LIBRARIES, reason="faketime is not installed: apt install faketime")


@needs_faketime
async def test_at_the_hour_the_reminder_comes(harness: Harness):
    """9:00 in the zone of the shipped content is 5:00 UTC."""
    fake = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": "@2027-02-26 04:59:50",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }
    async with started(harness, "run", **fake) as program:
        await harness.answer(MEMBER, "/subscribe")
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)
        code, written = await program.terminate()

    assert "35 years ago" in harness.said(MEMBER)[1]["text"]
    assert "due at 9:00 in Asia/Baku" in written
    assert code == 0
