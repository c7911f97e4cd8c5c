"""Members' reports of mistakes: what they wrote, which are answered, and whose reports are ignored."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain import reports as rules
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.ids import TelegramMessageId
from outreachbot.domain.reports import RecentReports
from outreachbot.store import alerts
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.tables import messages as outbox
from outreachbot.store.tables import reporters, reports

KEY = "report:"  # followed by the report's id: the key of the alert in the outbox


@dataclass(frozen=True, slots=True)
class Report:
    """A member's report of a mistake in a fact."""

    id: int
    fact_id: str
    chat_id: int  # the member's private chat
    language: str
    words: str
    answered_at: float | None = None


async def count_recent(
    db: AsyncConnection, chat_id: int, now: float, *, excluding: TelegramMessageId | None = None
) -> RecentReports:
    """The recent reports from this chat and from everybody, without the one in the chat's message `excluding`."""
    of_chat, at = reports.c.chat_id == chat_id, reports.c.reported_at
    counts = (
        func.count().filter(of_chat, at > now - rules.MINUTE).label("minute"),
        func.count().filter(of_chat).label("day"),
        func.count().filter(at > now - rules.HOUR).label("everybody"),
    )
    is_counted = not_(and_(of_chat, reports.c.message_id == excluding))
    row = (await db.execute(select(*counts).where(at > now - rules.DAY, is_counted))).one()
    return RecentReports(await is_ignored(db, chat_id), row.minute, row.day, row.everybody)


async def add(
    db: AsyncConnection,
    fact_id: str,
    chat_id: int,
    telegram_message_id: TelegramMessageId,
    *,
    language: str,
    words: str,
    now: float,
) -> Report | None:
    """Store a report; None if this message of the chat is stored as a report already."""
    about = {"fact_id": fact_id, "chat_id": chat_id, "language": language, "words": words}
    statement = insert(db, reports).values(**about, message_id=telegram_message_id, reported_at=now)
    statement = statement.on_conflict_do_nothing(index_elements=[reports.c.chat_id, reports.c.message_id])
    report_id = (await db.execute(statement.returning(reports.c.id))).scalar_one_or_none()
    return None if report_id is None else Report(report_id, fact_id, chat_id, language, words)


async def queue_alert(db: AsyncConnection, report_id: int, bodies: Bodies, admins: Collection[int], now: float) -> None:
    """Queue the alert about a report for these admins. It expires before `purge` empties it."""
    expires_at = now + rules.KEEP_SECONDS - rules.DAY
    await alerts.queue_alert(db, bodies, admins, now, key=f"{KEY}{report_id}", expires_at=expires_at)


async def find(db: AsyncConnection, report_id: int) -> Report | None:
    row = (await db.execute(select(reports).where(reports.c.id == report_id))).one_or_none()
    if row is None:
        return None
    return Report(row.id, row.fact_id, row.chat_id, row.language, row.words, row.answered_at)


async def record_answer(
    db: AsyncConnection, report_id: int, admin_id: int, telegram_message_id: TelegramMessageId, now: float
) -> bool:
    """Record that this message of the admin answers the report. False if another message does, or the report is gone.

    Recording the same message again is True, so an update that is handled twice has the same effect.
    """
    is_same_answer = and_(reports.c.answered_by == admin_id, reports.c.answer_id == telegram_message_id)
    can_answer = or_(reports.c.answered_at.is_(None), is_same_answer)
    values = {"answered_at": now, "answered_by": admin_id, "answer_id": telegram_message_id}
    statement = update(reports).where(reports.c.id == report_id, can_answer)
    return (await db.execute(statement.values(**values))).rowcount > 0


async def reopen(db: AsyncConnection, report_id: int) -> None:
    """Allow another answer, as this one may not have arrived."""
    values = {"answered_at": None, "answered_by": None, "answer_id": None}
    await db.execute(update(reports).where(reports.c.id == report_id).values(**values))


async def ignore(db: AsyncConnection, chat_id: int) -> None:
    """Accept no more reports from this chat."""
    await db.execute(insert(db, reporters).values(chat_id=chat_id).on_conflict_do_nothing())


async def stop_ignoring(db: AsyncConnection, chat_id: int) -> None:
    """Accept reports from this chat again."""
    await db.execute(delete(reporters).where(reporters.c.chat_id == chat_id))


async def is_ignored(db: AsyncConnection, chat_id: int) -> bool:
    return (await db.execute(select(reporters).where(reporters.c.chat_id == chat_id))).first() is not None


async def purge(db: AsyncConnection, now: float) -> None:
    """Delete old reports, and what their alerts say."""
    await db.execute(delete(reports).where(reports.c.reported_at <= now - rules.KEEP_SECONDS))
    is_alert = and_(outbox.c.kind == MessageKind.ALERT, outbox.c.key.like(f"{KEY}%"))
    is_old = outbox.c.expires_at <= now - rules.DAY
    await db.execute(update(outbox).where(is_alert, is_old).values(body={}, key=None))
