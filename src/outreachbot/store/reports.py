"""Mistakes that members report: what they wrote, whose reports are ignored, and what was answered."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain import reports as rules
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.reports import RecentReports
from outreachbot.store import alerts
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.tables import messages as outbox
from outreachbot.store.tables import reporters, reports

KEY = "report:"  # before the report's id: the key of the message that tells the admins


@dataclass(frozen=True, slots=True)
class Report:
    """A mistake that a member reported."""

    id: int
    fact_id: str
    chat_id: int  # the member's private chat
    language: str
    words: str
    answered_at: float | None = None


async def count_recent(db: AsyncConnection, chat_id: int, now: float, *, but: int = 0) -> RecentReports:
    """What this chat and all others reported lately; `but` is a message of the chat that is not counted."""
    mine, at = reports.c.chat_id == chat_id, reports.c.reported_at
    counts = (
        func.count().filter(mine, at > now - rules.MINUTE).label("minute"),
        func.count().filter(mine).label("day"),
        func.count().filter(at > now - rules.HOUR).label("everybody"),
    )
    others = not_(and_(mine, reports.c.message_id == but))
    row = (await db.execute(select(*counts).where(at > now - rules.DAY, others))).one()
    return RecentReports(await is_ignored(db, chat_id), row.minute, row.day, row.everybody)


async def add(
    db: AsyncConnection, fact_id: str, chat_id: int, message_id: int, *, language: str, words: str, now: float
) -> Report | None:
    """Write a report down; None where this message of the chat was one already."""
    values = {"fact_id": fact_id, "chat_id": chat_id, "message_id": message_id, "language": language, "words": words}
    statement = insert(db, reports).values(**values, reported_at=now)
    statement = statement.on_conflict_do_nothing(index_elements=[reports.c.chat_id, reports.c.message_id])
    report_id = (await db.execute(statement.returning(reports.c.id))).scalar_one_or_none()
    return None if report_id is None else Report(report_id, fact_id, chat_id, language, words)


async def queue_alert(db: AsyncConnection, report_id: int, bodies: Bodies, admins: Collection[int], now: float) -> None:
    """Queue what the admins are told of a report; it is given up before what it says is forgotten."""
    expires_at = now + rules.KEEP_SECONDS - rules.DAY
    await alerts.queue_alert(db, bodies, admins, now, key=f"{KEY}{report_id}", expires_at=expires_at)


async def find(db: AsyncConnection, report_id: int) -> Report | None:
    row = (await db.execute(select(reports).where(reports.c.id == report_id))).one_or_none()
    if row is None:
        return None
    return Report(row.id, row.fact_id, row.chat_id, row.language, row.words, row.answered_at)


async def record_answer(db: AsyncConnection, report_id: int, admin_id: int, message_id: int, now: float) -> bool:
    """This message of the admin's answers it. False where another one does already, or the report is gone."""
    ours = and_(reports.c.answered_by == admin_id, reports.c.answer_id == message_id)
    open_ = or_(reports.c.answered_at.is_(None), ours)
    values = {"answered_at": now, "answered_by": admin_id, "answer_id": message_id}
    return (await db.execute(update(reports).where(reports.c.id == report_id, open_).values(**values))).rowcount > 0


async def reopen(db: AsyncConnection, report_id: int) -> None:
    """The answer did not surely arrive: it can be answered again."""
    values = {"answered_at": None, "answered_by": None, "answer_id": None}
    await db.execute(update(reports).where(reports.c.id == report_id).values(**values))


async def ignore(db: AsyncConnection, chat_id: int) -> None:
    """No more reports of this chat."""
    await db.execute(insert(db, reporters).values(chat_id=chat_id).on_conflict_do_nothing())


async def stop_ignoring(db: AsyncConnection, chat_id: int) -> None:
    """This chat may report again."""
    await db.execute(delete(reporters).where(reporters.c.chat_id == chat_id))


async def is_ignored(db: AsyncConnection, chat_id: int) -> bool:
    return (await db.execute(select(reporters).where(reporters.c.chat_id == chat_id))).first() is not None


async def purge(db: AsyncConnection, now: float) -> None:
    """Forget what was reported long ago, here and in what told the admins of it."""
    await db.execute(delete(reports).where(reports.c.reported_at <= now - rules.KEEP_SECONDS))
    told = and_(
        outbox.c.kind == MessageKind.ALARM, outbox.c.key.like(f"{KEY}%"), outbox.c.expires_at <= now - rules.DAY
    )
    await db.execute(update(outbox).where(told).values(body={}, key=None))
