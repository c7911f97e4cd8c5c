"""Connects Telegram to the handlers: PTB's bot on our transport, and the handling of each update."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

from telegram import Bot, Update
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from outreachbot.bot.context import BotContext
from outreachbot.bot.features import HANDLERS
from outreachbot.bot.routing import receive_request
from outreachbot.domain.delivery.outcomes import Halt
from outreachbot.errors import CannotRun, NoAnswer, NotReached, PollFailed, TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.gateway.polling import delete_webhook
from outreachbot.gateway.responses import explain_refusal
from outreachbot.gateway.transport import ANSWER_SECONDS, BotApi, Session, post_form
from outreachbot.services.sending import messages
from outreachbot.views.pages import info

log = logging.getLogger(__name__)


class QuietBot(Bot):
    """PTB's bot without the token in its repr."""

    def __repr__(self) -> str:
        return "QuietBot()"


class AiohttpRequest(BaseRequest):
    """PTB's requests over our connections. No error contains the URL, because the URL contains the token."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def read_timeout(self) -> float:
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        """Nothing to do: the caller opens and closes the session."""

    async def shutdown(self) -> None:
        """Nothing to do: the caller opens and closes the session."""

    async def do_request(  # PTB's signature
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: Any, **_more: Any
    ) -> tuple[int, bytes]:
        del method  # always POST, which the Bot API takes for every method
        fields = request_data.json_parameters if request_data else {}
        try:
            answer = await post_form(self._session, url, fields, ANSWER_SECONDS)
        except NotReached as error:
            raise NetworkError(str(error)) from None
        except NoAnswer as error:
            raise TimedOut(str(error)) from None
        if not responses.is_from_telegram(answer):  # PTB would raise this too, but log the page
            kind = InvalidToken if answer.status in {401, 404} else NetworkError
            raise kind(f"HTTP {answer.status} from something that is not Telegram")
        return answer.status, answer.body


def create_bot(api: BotApi) -> Bot:
    """PTB's bot for this Bot API server. It learns its own name in `bot.initialize()`."""
    request = AiohttpRequest(api.session)
    token, base = api.token.get_secret_value(), f"{api.url}/bot"
    return QuietBot(token, base_url=base, request=request, get_updates_request=request)


async def handle_update(context: BotContext, raw: dict[str, Any]) -> None:
    """Handle one update as Telegram sent it. Raises what its handler raises, and PTB's error if it can't be parsed."""
    update = Update.de_json(raw, context.bot)
    try:
        await _dispatch(context, update)
    except CannotRun:
        raise
    except Exception:
        await _apologise(context, update)
        raise


async def _dispatch(context: BotContext, update: Update) -> None:
    for handler in HANDLERS:
        check = handler.check_update(update)
        if check is not None and check is not False:
            await handler.callback(update, context)
            return


async def _apologise(context: BotContext, update: Update) -> None:
    """Tell the person that their request failed. The caller sets the update aside."""
    request = receive_request(context, update)
    if request is None:
        return
    failed = info.request_failed(request.language)
    if request.press_id is not None:
        await messages.answer_callback(context.messenger, request.press_id, failed.text)
    elif request.in_private:
        await messages.send_once(context.messenger, failed, request.chat_id, request.topic_id)


async def connect_bot(api: BotApi, bot: Bot, seconds: float) -> str:
    """Connect to Telegram (getMe), trying for at most that many seconds; returns the bot's username.

    Raises TelegramRefuses when the token is rejected, CannotRun when Telegram can't be reached.
    """
    last = ""
    for pause in _pauses(seconds):
        try:
            await delete_webhook(api)
            await bot.initialize()
        except InvalidToken:
            raise TelegramRefuses(explain_refusal(Halt("401"))) from None
        except (PollFailed, TelegramError) as error:
            if str(error) != last:  # the same error is logged once
                last = str(error)
                log.warning("Telegram does not answer yet: %s; trying again for up to %.0f s", last, seconds)
            await asyncio.sleep(pause)
        else:
            return bot.username
    raise CannotRun(
        f"Telegram could not be reached for {seconds:.0f} s ({last}): check the network and OUTREACHBOT_API_URL"
    )


def _pauses(seconds: float) -> Iterator[float]:
    """Pauses between tries, in seconds: they double up to 8 and add up to about `seconds`."""
    pause, spent = 0.5, 0.0
    while spent < seconds:
        yield pause
        spent, pause = spent + pause, min(8.0, pause * 2)
