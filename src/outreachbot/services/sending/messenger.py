"""What is needed to send any message of the bot."""

from dataclasses import dataclass, field

from outreachbot.domain.delivery.pace import Spacing
from outreachbot.gateway.transport import BotApi
from outreachbot.services.sending.pictures import Pictures


@dataclass(slots=True)
class Messenger:
    """The Bot API, the pictures, and what was sent lately."""

    api: BotApi
    pictures: Pictures | None = None  # None: messages are sent without their pictures
    paid: bool = False  # broadcasts pay with Stars for messages beyond the free pace
    spacing: Spacing = field(default_factory=Spacing)
    replies: int = 0  # sent since take_reply_count: replies are never held back, so broadcasts must make room for them

    def take_reply_count(self) -> int:
        """How many replies were sent since the last call."""
        count, self.replies = self.replies, 0
        return count
