"""Who is on stage in the demo: a member, an admin of the bot, a group with both of them, and a crowd."""

from dataclasses import dataclass

from outreachbot.sandbox import groups, people
from outreachbot.sandbox.world import World

MEMBER = 900_000_011  # above the crowd: a broadcast goes in the order of the ids, so the member can act while it runs
ADMIN = 22
GROUP = -1_001_000_000_001
CROWD = 1001  # the first of the further chats


@dataclass(frozen=True, slots=True)
class View:
    """One tab of the page: who is looking (`user_id`) at which chat."""

    key: str
    label: str
    user_id: int
    chat_id: int


@dataclass(frozen=True, slots=True)
class Scene:
    """The people of the demo and the tabs of its page, in their order."""

    member_id: int
    admin_id: int
    group_id: int
    views: tuple[View, ...]


def build(world: World, chats: int) -> Scene:
    """Put everybody on stage. The member and the admin have not yet started the bot; the `chats` others have."""
    people.person(world, MEMBER, "Mina", username="mina", language="en")
    people.person(world, ADMIN, "Ada (admin)", username="ada", language="en")
    groups.found_chat(world, GROUP, "Neighbours", ADMIN)
    groups.join(world, MEMBER, GROUP)
    groups.add_bot(world, GROUP, ADMIN)
    people.crowd(world, chats, CROWD)
    views = (
        View("member", "Member", MEMBER, MEMBER),
        View("group-admin", "Group (as its admin)", ADMIN, GROUP),
        View("group-member", "Group (as a member)", MEMBER, GROUP),
        View("admin", "Admin", ADMIN, ADMIN),
    )
    return Scene(MEMBER, ADMIN, GROUP, views)
