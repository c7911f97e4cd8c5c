"""What every message of the bot is sent with."""

from dataclasses import dataclass, field

from outreachbot.domain.delivery.pace import Spacing
from outreachbot.gateway.transport import BotApi
from outreachbot.services.sending.pictures import Pictures


@dataclass(slots=True)
class Messenger:
    """The Bot API, the pictures it knows, and what has been sent lately."""

    api: BotApi
    pictures: Pictures | None = None  # None: messages go out without their pictures
    paid: bool = False  # broadcasts pay with Stars for what exceeds the free pace
    spacing: Spacing = field(default_factory=Spacing)
    replies: int = 0  # sent since the sender last asked: replies are never held back, broadcasts make room for them

    def take_reply_count(self) -> int:
        """How many replies were sent since this was last called."""
        count, self.replies = self.replies, 0
        return count
