"""Who may decide for a group, and what everybody else is answered."""

from typing import Any

import pytest

from outreachbot.bot import application
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.chat import MemberStatus
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.sandbox.world import chat_json
from outreachbot.store import chats
from outreachbot.store.broadcasts import composing
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, MEMBER

GROUP, CHANNEL = -1001, -1002
COMMAND = [{"type": "bot_command", "offset": 0, "length": 10}]


@pytest.fixture(autouse=True)
def group(harness) -> None:
    """Ada owns the group, Mina is a member, and a channel is linked to it."""
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.join(harness.world, MEMBER, GROUP)
    groups.add_bot(harness.world, GROUP, ADMIN)
    groups.create_chat(harness.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(harness.world, CHANNEL, ADMIN)


async def subscribes(harness, context, user_id: int) -> bool:
    """Write /subscribe in the group; return whether it is then subscribed."""
    status = harness.world.chats[GROUP].members[user_id]
    harness.world.chats[GROUP].members[user_id] = (
        MemberStatus.MEMBER
    )  # somebody who has left since may have written before
    people.say(harness.world, user_id, GROUP, "/subscribe")
    harness.world.chats[GROUP].members[user_id] = status
    await application.handle_update(context, harness.world.updates.pop()[1])
    return await is_subscribed(context)


async def is_subscribed(context) -> bool:
    async with connect.reading(context.db) as db:
        return await chats.find(db, GROUP) is not None


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (MemberStatus.CREATOR, True),
        (MemberStatus.ADMINISTRATOR, True),
        (MemberStatus.MEMBER, False),
        (MemberStatus.LEFT, False),
    ],
)
async def test_a_groups_admins_decide(harness, context, status, may):
    harness.world.chats[GROUP].members[MEMBER] = status

    assert await subscribes(harness, context, MEMBER) is may


@pytest.mark.parametrize(
    "fault",
    [
        InjectedFault(
            FaultKind.REFUSED, "getChatAdministrators", code=400, description="Bad Request: CHAT_ADMIN_REQUIRED"
        ),
        InjectedFault(FaultKind.PROXY, "getChatAdministrators"),
        InjectedFault(FaultKind.GARBAGE, "getChatAdministrators"),
        InjectedFault(FaultKind.LOST_AFTER, "getChatAdministrators"),
    ],
    ids=lambda fault: fault.kind,
)
async def test_if_telegram_does_not_name_the_admins_nobody_may_decide(harness, context, fault):
    harness.world.faults.pending.append(fault)

    assert not await subscribes(harness, context, ADMIN)
    assert "Please try again" in harness.said(GROUP)[0]["text"]


@pytest.mark.parametrize(
    "sender",
    [
        {"id": 777000, "is_bot": False, "first_name": "Telegram"},
        {"id": 136817688, "is_bot": True, "first_name": "Channel"},
    ],
    ids=["linked channel", "member in a channel's name"],
)
async def test_a_channel_that_writes_in_a_group_is_not_its_admin(harness, context, sender):
    world = harness.world
    message: dict[str, Any] = {"message_id": 50, "date": 1, "text": "/subscribe", "entities": COMMAND, "from": sender}
    message |= {"chat": chat_json(world, world.chats[GROUP]), "sender_chat": chat_json(world, world.chats[CHANNEL])}
    await application.handle_update(context, {"update_id": 1, "message": message})

    assert not await is_subscribed(context)
    assert "Only admins can do that here" in harness.said(GROUP)[0]["text"]


async def test_the_groups_own_name_is_an_admins(harness, context):
    people.say(harness.world, ADMIN, GROUP, "/subscribe", anonymous=True)
    await application.handle_update(context, harness.world.updates.pop()[1])

    assert await is_subscribed(context)


async def test_an_admin_of_the_bot_is_no_admin_of_every_group(harness, context):
    harness.world.chats[GROUP].members |= {MEMBER: MemberStatus.CREATOR, ADMIN: MemberStatus.MEMBER}

    assert not await subscribes(harness, context, ADMIN)


async def test_an_admin_of_the_bot_broadcasts_in_private_only(harness, context):
    people.say(harness.world, ADMIN, GROUP, "/broadcast")
    await application.handle_update(context, harness.world.updates.pop()[1])
    async with connect.reading(context.db) as db:
        asked = await composing.find(db, ADMIN, harness.clock().timestamp())

    assert asked is None
    assert harness.said(GROUP) == []


async def test_a_member_who_forges_an_admins_button_is_told_that_it_leads_nowhere(harness, context):
    await application.handle_update(context, harness.world.updates.pop()[1])
    people.say(harness.world, MEMBER, MEMBER, "/help")
    await application.handle_update(context, harness.world.updates.pop()[1])
    press = people.press(harness.world, MEMBER, MEMBER, harness.said(MEMBER)[0]["message_id"], "broadcast:send:1")
    await application.handle_update(context, harness.world.updates.pop()[1])

    assert "no longer leads anywhere" in harness.world.answers[press]["text"]
