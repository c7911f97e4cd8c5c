"""Ties Telegram to the handlers: PTB's bot on our transport, and what happens to one update."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import aiohttp
from pydantic import SecretStr
from telegram import Bot, Update
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from outreachbot.bot.context import House
from outreachbot.bot.features import HANDLERS
from outreachbot.bot.routing import heard
from outreachbot.domain.delivery.outcomes import Halt
from outreachbot.errors import CannotRun, TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.gateway.polling import PollFailedError, forget_webhook, refusal
from outreachbot.gateway.transport import ANSWER_SECONDS, NoAnswerError, NotReachedError, Telegram, post
from outreachbot.services.sending import messages
from outreachbot.views.pages import info

log = logging.getLogger(__name__)


class QuietBot(Bot):
    """PTB's bot, whose repr would otherwise hold the token."""

    def __repr__(self) -> str:
        return "QuietBot()"


class AiohttpRequest(BaseRequest):
    """PTB's requests over our connections. Errors never hold the address, which holds the token."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @property
    def read_timeout(self) -> float:
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        """Nothing to do: the session is opened and closed by who made it."""

    async def shutdown(self) -> None:
        """Nothing to do: the session is opened and closed by who made it."""

    async def do_request(  # PTB's signature
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: Any, **_more: Any
    ) -> tuple[int, bytes]:
        del method  # always POST, which the Bot API takes for every method
        form = aiohttp.FormData(request_data.json_parameters if request_data else {})
        try:
            answer = await post(self._session, url, form, ANSWER_SECONDS)
        except NotReachedError as error:
            raise NetworkError(str(error)) from None
        except NoAnswerError as error:
            raise TimedOut(str(error)) from None
        if not responses.is_telegrams(answer):  # PTB would raise the same, and log the whole page with a traceback
            kind = InvalidToken if answer.status in {401, 404} else NetworkError
            raise kind(f"HTTP {answer.status} from something that is not Telegram")
        return answer.status, answer.body


def bot(session: aiohttp.ClientSession, url: str, token: SecretStr) -> Bot:
    """PTB's bot for a Bot API server; `await bot.initialize()` asks who it is."""
    request = AiohttpRequest(session)
    base = f"{url}/bot"
    return QuietBot(token.get_secret_value(), base_url=base, request=request, get_updates_request=request)


async def handle(house: House, raw: dict[str, Any]) -> None:
    """One update, as Telegram sent it. Raises what its handler raises, and what PTB raises that can't parse it."""
    update = Update.de_json(raw, house.bot)
    try:
        await _dispatch(house, update)
    except CannotRun:
        raise
    except Exception:
        await _apologise(house, update)
        raise


async def _dispatch(house: House, update: Update) -> None:
    for handler in HANDLERS:
        check = handler.check_update(update)
        if check is not None and check is not False:
            await handler.callback(update, house)
            return


async def _apologise(house: House, update: Update) -> None:
    """Tell who asked that it failed, once; the update itself is set aside by the caller."""
    ask = heard(house, update)
    if ask is None:
        return
    failed = info.failed(ask.language)
    if ask.press_id is not None:
        await messages.answer_press(house.telegram, ask.press_id, failed.text)
    elif ask.in_private:
        await messages.send(house.telegram, failed, ask.chat_id, ask.topic_id)


async def introduce(telegram: Telegram, bot: Bot, seconds: float) -> str:
    """Ask Telegram who we are (getMe), for so long at most; the bot's username.

    Raises TelegramRefuses when the token is rejected, CannotRun when Telegram can't be reached.
    """
    last = ""
    for pause in _pauses(seconds):
        try:
            await forget_webhook(telegram)
            await bot.initialize()
        except InvalidToken:
            raise TelegramRefuses(refusal(Halt("401"))) from None
        except (PollFailedError, TelegramError) as error:
            if str(error) != last:  # the same at each try would fill the log with one line
                last = str(error)
                log.warning("Telegram does not answer yet: %s; trying again for up to %.0f s", last, seconds)
            await asyncio.sleep(pause)
        else:
            return bot.username
    raise CannotRun(
        f"Telegram could not be reached for {seconds:.0f} s ({last}): check the network and OUTREACHBOT_API_URL"
    )


def _pauses(seconds: float) -> Iterator[float]:
    """Pauses between tries that double up to 8 s and end after about so many seconds."""
    pause, spent = 0.5, 0.0
    while spent < seconds:
        yield pause
        spent, pause = spent + pause, min(8.0, pause * 2)
