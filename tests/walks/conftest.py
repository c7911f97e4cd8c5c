"""A group shared by several walks."""

import pytest

from outreachbot.sandbox import groups
from tests.support.harness import ADMIN, MEMBER, Harness

GROUP = -1001


@pytest.fixture
def group(harness: Harness) -> int:
    """A group that Ada owns, with Mina and the bot in it."""
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.join(harness.world, MEMBER, GROUP)
    groups.add_bot(harness.world, GROUP, ADMIN)
    return GROUP
