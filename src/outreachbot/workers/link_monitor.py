"""Checks once a week whether the campaign's link works, and tells the admins when it stops working or works again."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from outreachbot.domain import links as rules
from outreachbot.domain.content.model import Content
from outreachbot.domain.links import LinkCheck, LinkNews
from outreachbot.store import alerts, links
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.views.pages import campaign

log = logging.getLogger(__name__)

_LOGGED = {
    LinkNews.DEAD: "the campaign's link does not work any more: %s (%s)",
    LinkNews.WELL: "the campaign's link works again: %s (%s)",
}

CheckLink = Callable[[str, Sequence[str]], Awaitable[LinkCheck | None]]
"""Checks an address; None if the network is down (the other addresses can't be reached either) or the bot stops."""


async def check_campaign_link(
    db: Database, content: Content, check: CheckLink, admins: Collection[int], now: dt.datetime
) -> bool:
    """Check the link if a check is due. One that gave no result is repeated at the next step."""
    address = content.campaign.link
    async with connect.reading(db) as connection:
        known = await links.find(connection, address)
    if not rules.is_due(known, now) or (answer := await check(address, rules.pick_witnesses(content))) is None:
        return False
    new, news = rules.update_watch(known, answer.state, now)
    async with connect.writing(db) as transaction:
        await links.remember(transaction, address, new)
        if news:
            log.warning(_LOGGED[news], address, answer.detail or "it answers")
        if news and admins:
            view = campaign.link_is_dead if news is LinkNews.DEAD else campaign.link_is_well
            bodies = {language: view(content, language, answer) for language in content.languages}
            await alerts.queue_alert(transaction, bodies, admins, now.timestamp())
    return False
