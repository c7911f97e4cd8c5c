"""What several walks share: a group."""

import pytest

from outreachbot.sandbox import groups
from town import ADMIN, MEMBER, Town

GROUP = -1001


@pytest.fixture
def group(town: Town) -> int:
    """A group that Ada owns, with Mina and the bot in it."""
    groups.create_chat(town.world, GROUP, "Neighbours", ADMIN)
    groups.join(town.world, MEMBER, GROUP)
    groups.add_bot(town.world, GROUP, ADMIN)
    return GROUP
