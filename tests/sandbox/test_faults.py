import asyncio

import aiohttp
import pytest

from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault, Limits, check_limits
from outreachbot.sandbox.people import add_crowd


async def send(bot, chat_id=1001, text="x"):
    return await bot.call("sendMessage", chat_id=chat_id, text=text)


async def test_too_many(bot, world):
    world.faults.pending.append(InjectedFault(FaultKind.TOO_MANY, "sendMessage", seconds=7))
    assert await send(bot) == (
        429,
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        },
    )
    assert (await send(bot))[0] == 200
    assert world.tally.errors[429] == 1


@pytest.mark.parametrize(
    ("code", "description"),
    [(401, "Unauthorized"), (404, "Not Found"), (409, "Conflict"), (500, "Internal Server Error")],
)
async def test_any_error_in_telegrams_shape(bot, world, code, description):
    world.faults.pending.append(InjectedFault(FaultKind.REFUSED, code=code))
    assert await bot.refused("getMe") == f"{code} {description}"


@pytest.mark.parametrize(("kind", "status"), [(FaultKind.PROXY, 502), (FaultKind.GARBAGE, 200)])
async def test_pages_of_others(bot, world, kind, status):
    world.faults.pending.append(InjectedFault(kind))
    async with bot.session.post(f"{bot.url}/bot{bot.token}/sendMessage", json={"chat_id": 1001, "text": "x"}) as answer:
        assert (answer.status, answer.content_type) == (status, "text/html")
    assert world.tally.deliveries == {}


@pytest.mark.parametrize(("kind", "delivered"), [(FaultKind.LOST_AFTER, {1001: 1}), (FaultKind.LOST_BEFORE, {})])
async def test_lost_answers(bot, world, kind, delivered):
    world.faults.pending.append(InjectedFault(kind, "sendMessage"))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(bot)
    assert world.tally.deliveries == delivered
    assert (await send(bot))[0] == 200


async def test_a_refusal_can_be_lost_too(bot, world):
    world.faults.pending.append(InjectedFault(FaultKind.LOST_AFTER))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(bot, chat_id=5)


async def test_a_slow_answer_is_given_up_by_the_client_yet_delivered(bot, world):
    world.faults.pending.append(InjectedFault(FaultKind.SLOW, seconds=60))
    sending = asyncio.create_task(send(bot))
    version = 0
    while not world.tally.deliveries:
        version = await world.wait_for_change(version)
    assert not sending.done()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert world.tally.deliveries == {1001: 1}


async def test_faults_for_some_chats_and_some_calls(bot, world):
    add_crowd(world, 6)
    world.faults.pending.append(InjectedFault(FaultKind.TOO_MANY, ANY_SEND, at=frozenset({2, 4})))
    statuses = [(await send(bot, chat_id))[0] for chat_id in range(1001, 1007)]
    assert statuses == [200, 429, 200, 429, 200, 200]
    assert world.faults.pending == []
    order = InjectedFault(
        FaultKind.REFUSED, chats=frozenset({1003}), times=ALWAYS, code=403, description="Forbidden: no"
    )
    world.faults.pending.append(order)
    statuses = [(await send(bot, chat_id))[0] for chat_id in (1003, 1004, 1003)]
    assert statuses == [403, 200, 403]
    assert (await bot.call("getMe"))[0] == 200


async def test_latency(bot, world):
    world.faults.latency = 0.05
    clock = asyncio.get_running_loop().time
    begun = clock()
    await bot.ok("getMe")
    assert clock() - begun >= 0.05


def test_limits_by_the_clock_they_are_given(world):
    world.faults.limits = Limits(messages_per_second=10, private_chats=True, groups=True, retry_after=3)
    assert [check_limits(world.faults, chat_id, 0.0) for chat_id in range(1, 12)] == [0] * 11
    assert check_limits(world.faults, 99, 0.5) == 3
    assert check_limits(world.faults, 1, 1.0) == 0
    assert check_limits(world.faults, 1, 1.5) == 3
    assert check_limits(world.faults, 1, 2.1) == 0
    assert [check_limits(world.faults, -1, 10.0 + at) for at in range(20)] == [0] * 20
    assert check_limits(world.faults, -1, 30.0) == 41
    assert check_limits(world.faults, -1, 70.0) == 0


def test_the_bare_limit_has_no_slack(world):
    world.faults.limits = Limits(messages_per_second=10, slack=1)
    assert [check_limits(world.faults, chat_id, 0.0) for chat_id in range(1, 12)] == [0] * 10 + [1]


def test_a_refusal_can_lock_everything_for_a_while(world):
    world.faults.limits = Limits(messages_per_second=10, slack=1, lock=5)
    assert [check_limits(world.faults, chat_id, 0.0) for chat_id in range(1, 12)] == [0] * 10 + [5]
    assert check_limits(world.faults, 99, 2.5) == 3
    assert check_limits(world.faults, 99, 4.9) == 1
    assert check_limits(world.faults, 99, 5.0) == 0


async def test_a_limit_over_http(bot, world):
    world.faults.limits = Limits(private_chats=True)
    assert [(await send(bot))[0], (await send(bot))[0]] == [200, 429]


async def test_counts(bot, world):
    await send(bot, text="once")
    await send(bot, text="twice")
    await send(bot, text="twice")
    assert world.tally.calls["sendMessage"] == 3
    assert world.tally.deliveries == {1001: 3}
    assert list(world.tally.texts[1001]) == ["once", "twice", "twice"]
    assert (world.tally.repeats, world.tally.repeated) == (1, {1001})
