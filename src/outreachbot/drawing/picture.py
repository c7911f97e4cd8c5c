"""Pictures of charts and timelines. Pillow takes 5 MB and most bots seldom draw, so it is loaded with the first one."""

from outreachbot.domain.messages.pictures import Drawn


def png(drawn: Drawn) -> bytes:
    """The picture as a PNG; identical for the same texts as long as `style` is the same. Takes about 100 ms."""
    from outreachbot.drawing import layout

    return layout.png(drawn)


def small(drawn: Drawn) -> bytes:
    """The picture in 32 colours: a third of the size, with hardly a visible difference."""
    from outreachbot.drawing import layout

    return layout.small(drawn)


def fitting(drawn: Drawn) -> int:
    """How many of the items, from the first on, fit on one picture that is readable on a phone; at least one."""
    from outreachbot.drawing import layout

    return layout.fitting(drawn)


def style() -> str:
    """A digest of everything but the texts that affects how a picture looks: code, fonts, Pillow's version."""
    from outreachbot.drawing import layout

    return layout.style()
