"""The question between the preview and the start: yes or no, and the consent of other admins."""

from collections import Counter

from outreachbot.bot.context import Ask, House, Note, arguments, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.routing import Reply, button
from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.timing import LocalHour, Moment
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import JOBS, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.status import is_at_rest
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store import audience as audiences
from outreachbot.store.broadcasts import records
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.bodies import Bodies, in_language
from outreachbot.views.broadcasts import confirm
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts.confirm import Plan
from outreachbot.views.parts import BROADCAST

HOLD_SECONDS = 30.0  # between the last consent and the start of what goes to many


async def question(house: House, ask: Ask, message_id: int) -> Message:
    """The question under the preview."""
    async with connect.reading(house.db) as db:
        one = await records.find(db, message_id)
        assert one is not None  # just written
        plan = await plan_of(house, db, one)
    return confirm.question(ask.language, house.content, plan, house.clock())


async def plan_of(house: House, db: Connection, one: Broadcast) -> Plan:
    kinds, languages = Counter[str](), Counter[str]()
    if one.kind in JOBS:
        assert one.of_id is not None
        chats = await audiences.copies(db, one.of_id)
    else:
        for count in await audiences.count(db, one.audience):
            kinds[count.kind] += count.chats
            languages[count.language] += count.chats
        chats = kinds.total()
    large = chats > house.large_audience
    zones = await audiences.by_zone(db, one.audience, house.content.zone) if isinstance(one.timing, LocalHour) else {}
    return Plan(
        message_id=one.message_id,
        kind=one.kind,
        chats=chats,
        by_kind=kinds,
        by_language=languages,
        by_zone=zones,
        audience=one.audience,
        timing=one.timing,
        per_second=house.per_second,
        hold=HOLD_SECONDS if large else 0.0,
        approvals=house.approvals if large else 1,
    )


async def draft_of(house: House, ask: Ask) -> Broadcast | None:
    """The draft that a button of its admin names, while it can be changed: nobody has confirmed it yet."""
    message_id, _rest = arguments(ask)
    async with connect.reading(house.db) as db:
        one = await records.find(db, message_id)
        confirmed = bool(one and await records.consents(db, message_id))
    is_ours = one is not None and one.admin_id == ask.user_id and one.state is MessageState.DRAFT
    return one if is_ours and not confirmed else None


async def again(house: House, ask: Ask) -> Reply:
    """Back to the question."""
    one = await draft_of(house, ask)
    return Note(say.decided(ask.language)) if one is None else await question(house, ask, one.message_id)


async def send(house: House, ask: Ask) -> Reply:
    """Its admin confirms: of two presses one finds a draft. What goes to many may need the consent of others.

    Pressed again while that is missing, those who have not consented are asked again.
    """
    message_id, _rest = arguments(ask)
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        await records.lock(db, message_id)
        one = await records.find(db, message_id)
        if one is None or one.admin_id != ask.user_id or one.state is not MessageState.DRAFT:
            return Note(say.decided(ask.language))
        if isinstance(one.timing, Moment) and one.timing.at < now(house):
            return Note(say.moment_passed(ask.language))
        plan = await plan_of(house, db, one)
        missing = plan.approvals - await records.consent(db, message_id, ask.user_id)
        await records.show_progress_in(db, message_id, ask.message_id)
        if missing <= 0:
            return await _launch(house, ask, db, one, plan)
        others = house.admins - await records.consenting(db, message_id)
        bodies = await messages.body(db, message_id)
    unreachable = [admin for admin in sorted(others) if not await _asked(house, admin, ask.user_id, plan, bodies)]
    return say.waits(ask.language, message_id, missing, unreachable)


async def _asked(house: House, admin: int, author: int, plan: Plan, bodies: Bodies) -> bool:
    """Show another admin what is to be sent, and ask for consent; whether that reached them."""
    language = house.content.default_language
    asking = confirm.question(language, house.content, plan, house.clock()).text
    await telegram_say.reply(house.telegram, in_language(bodies, language), admin, None)
    text = say.consent(language, plan.message_id, str(author), asking)
    return isinstance(await telegram_say.reply(house.telegram, text, admin, None), Sent)


async def _launch(house: House, ask: Ask, db: Connection, one: Broadcast, plan: Plan) -> Reply:
    """All consent: it starts, now or when its moment comes. The message with the buttons becomes its progress.

    A moment that has passed while consent was missing was missed, as if the bot had been down: a person decides.
    """
    if one.of_id is not None and not await _can_change(db, one.of_id):
        return Note(say.still_under_way(ask.language))
    moment = now(house) + plan.hold
    if isinstance(one.timing, LocalHour):
        moment = timings.starts_at(one.timing, plan.by_zone, moment)
    elif isinstance(one.timing, Moment):
        moment = one.timing.at
    if one.timing is not None or plan.hold:  # waves are missed, or not, from its moment on
        started = await messages.schedule(db, one.message_id, moment)
    else:
        started = await messages.start(db, one.message_id, now(house))
    if not started:
        return Note(say.decided(ask.language))
    house.begun.set()
    return Note()


async def _can_change(db: Connection, of_id: int) -> bool:
    """Whether nothing of the broadcast is on its way: what arrives later would stay as it was."""
    await records.lock(db, of_id)
    told = await ledger.find(db, of_id)
    return told is not None and is_at_rest(told, await ledger.tally(db, of_id))


async def consent(house: House, ask: Ask) -> Reply:
    """Another admin agrees, once; where none is missing any more, it starts."""
    message_id, _rest = arguments(ask)
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        await records.lock(db, message_id)
        one = await records.find(db, message_id)
        if one is None or one.state is not MessageState.DRAFT or not await records.consents(db, message_id):
            return Note(say.decided(ask.language))
        plan = await plan_of(house, db, one)
        missing = plan.approvals - await records.consent(db, message_id, ask.user_id)
        if missing <= 0 and (note := await _launch(house, ask, db, one, plan)) != Note():
            return note
    return say.consented(ask.language, max(0, missing))


async def object_(house: House, ask: Ask) -> Reply:
    """Another admin does not want it sent: nothing is."""
    message_id, _rest = arguments(ask)
    async with connect.writing(house.db) as db:
        one = await records.find(db, message_id)
        if one is None or not await messages.stop(db, message_id, now(house), only_from=messages.UNCONFIRMED):
            return Note(say.decided(ask.language))
    text = say.objected(house.content.default_language, str(ask.user_id))
    await telegram_say.reply(house.telegram, text, one.chat_id, None)
    return text


async def discard(house: House, ask: Ask) -> Reply:
    """Its admin does not want it sent; another draft of theirs may wait for consent all the same."""
    message_id, _rest = arguments(ask)
    async with connect.writing(house.db) as db:
        found = await records.find(db, message_id)
        if found is None or found.admin_id != ask.user_id or found.state is not MessageState.DRAFT:
            return Note(say.decided(ask.language))
        await messages.rewrite(db, message_id, {})  # what it said is forgotten
        await messages.stop(db, message_id, now(house), only_from=messages.UNCONFIRMED)
    return say.discarded(ask.language)


HANDLERS = [
    button(f"{BROADCAST}:{verb}", function, guard=admins_of_the_bot)
    for verb, function in {
        "ask": again,
        "send": send,
        "consent": consent,
        "object": object_,
        "discard": discard,
    }.items()
]
