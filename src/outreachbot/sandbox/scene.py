"""The people and chats of the demo: a member, an admin of the bot, a group with both of them, and a crowd."""

from dataclasses import dataclass

from outreachbot.sandbox import groups, people
from outreachbot.sandbox.world import World

MEMBER = 900_000_011  # above the crowd: broadcasts go by ascending id, so the member can act while one is running
ADMIN = 22
GROUP = -1_001_000_000_001
CROWD = 1001  # first id of the other chats


@dataclass(frozen=True, slots=True)
class View:
    """A tab of the page: the chat `chat_id` as seen by `user_id`."""

    key: str
    label: str
    user_id: int
    chat_id: int


@dataclass(frozen=True, slots=True)
class Scene:
    """The ids of the demo's people and group, and the tabs of its page in order."""

    member_id: int
    admin_id: int
    group_id: int
    views: tuple[View, ...]


def build(world: World, chats: int) -> Scene:
    """Add everybody to the world. Only the `chats` people of the crowd have already started the bot."""
    people.add_person(world, MEMBER, "Mina", username="mina", language="en")
    people.add_person(world, ADMIN, "Ada (admin)", username="ada", language="en")
    groups.create_chat(world, GROUP, "Neighbours", ADMIN)
    groups.join(world, MEMBER, GROUP)
    groups.add_bot(world, GROUP, ADMIN)
    people.add_crowd(world, chats, CROWD)
    views = (
        View("member", "Member", MEMBER, MEMBER),
        View("group-admin", "Group (as its admin)", ADMIN, GROUP),
        View("group-member", "Group (as a member)", MEMBER, GROUP),
        View("admin", "Admin", ADMIN, ADMIN),
    )
    return Scene(MEMBER, ADMIN, GROUP, views)
