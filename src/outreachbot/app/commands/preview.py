"""Every text as members will see it, as one page that needs nothing else: a language beside the other, gaps marked."""

import base64
import datetime as dt
import re
import string
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from outreachbot.app.demo import has_screen
from outreachbot.app.run import wall_clock
from outreachbot.domain.content.model import Content, Text
from outreachbot.domain.messages.message import Media, Message, escape
from outreachbot.drawing import picture
from outreachbot.errors import WrongUse
from outreachbot.views.content import preview as views
from outreachbot.views.content.preview import PreviewInput, Section
from outreachbot.views.i18n import get_native_name, is_right_to_left

GAP, END = "\u2062", "\u2063"  # around a text that stands in for one that lacks; signs of no language, never seen
ROOM = 7_000_000  # bytes of pictures on a page that can still be mailed: written as text they are a third more
_CUT = re.compile(f"{GAP}(?![^{GAP}]*{END})([^<\n]*)")  # one whose end was cut off with the rest of a long text

Bytes = Callable[[Media], bytes | None]
"""A picture's bytes; None where it can't be read."""


def write_preview(content: Content, folder: Path, file: Path, *, open_browser: bool) -> None:
    """Write the page and open it where there is a screen; the content's pictures lie in the folder.

    Raises WrongUse where it can't be written.
    """
    try:
        file.touch()  # before the work, which takes its time
        file.write_text(render_page(content, wall_clock(), lambda media: _bytes(folder, media)), "utf-8")
    except OSError as error:
        raise WrongUse(f"{file} can't be written: {error.strerror}; --output names another file") from None
    if open_browser and has_screen():
        webbrowser.open(file.absolute().as_uri())


def _bytes(folder: Path, media: Media) -> bytes | None:
    if media.drawn is not None:
        return picture.small(media.drawn)
    try:
        return (folder / media.name).read_bytes()
    except OSError:
        return None


@dataclass(slots=True)
class _Page:
    """What its cells are made with."""

    language: str  # in which the page itself speaks
    bytes_of: Bytes
    room: int = ROOM


def render_page(content: Content, now: dt.datetime, bytes_of: Bytes) -> str:
    """The page, as HTML."""
    gaps = dict.fromkeys(content.languages, 0)
    marked: Content = _marked(content, content, gaps)
    first = content.default_language
    made = _Page(first, bytes_of)
    sections = list(views.list_sections(PreviewInput(marked, content, now, picture.fitting)))
    template = string.Template(files(__package__).joinpath("preview.html").read_text("utf-8"))
    return template.substitute(
        title=escape(content.say(content.title, first)),
        language=first,
        direction=_direction(first),
        style=files("outreachbot.sandbox").joinpath("page/colours.css").read_text("utf-8"),
        columns=len(content.languages),
        summary=views.summary(first, sum(gaps.values())),
        links=" ".join(f'<a href="#{number}">{section.heading}</a>' for number, section in enumerate(sections)),
        languages="".join(_head(first, language, gaps[language]) for language in content.languages),
        sections="\n".join(_section(made, n, section, content.languages) for n, section in enumerate(sections)),
    )


def _marked(value: Any, content: Content, gaps: dict[str, int]) -> Any:
    """The same with every gap filled, so that it can be seen where it is."""
    if isinstance(value, BaseModel):
        parts = {name: _marked(getattr(value, name), content, gaps) for name in type(value).model_fields}
        return type(value).model_construct(**parts)  # a copy would keep what was worked out of the old parts
    if isinstance(value, tuple):
        return tuple(_marked(one, content, gaps) for one in value)
    if isinstance(value, dict) and isinstance(value.get(content.default_language), str):
        return _filled(value, content, gaps)
    return value


def _filled(text: Text, content: Content, gaps: dict[str, int]) -> Text:
    lacking = [language for language in content.languages if language not in text]
    for language in lacking:
        gaps[language] += 1
    return text | dict.fromkeys(lacking, f"{GAP}{text[content.default_language]}{END}")


def _head(first: str, language: str, gaps: int) -> str:
    lacks = views.missing_note(first, gaps)
    return f"<div><strong>{escape(get_native_name(language))}</strong><span>{language} · {lacks}</span></div>"


def _section(made: _Page, number: int, section: Section, languages: tuple[str, ...]) -> str:
    rows = ([(language, say(language)) for language in languages] for say in section.says)
    cells = ("".join(_cell(made, *said) for said in row) for row in rows if any(message for _, message in row))
    return f'<section><h2 id="{number}">{section.heading}</h2>{"".join(map(_row, cells))}</section>'


def _row(cells: str) -> str:
    return f'<div class="row-of">{cells}</div>'


def _cell(made: _Page, language: str, message: Message | None) -> str:
    """A message as a bubble. Its text is of Telegram's HTML, which every browser reads alike."""
    if message is None:
        return '<div class="cell"></div>'
    shown = _picture(made, message.media[0]) if message.media else ""
    keys = "".join(
        f'<div class="row">{"".join(f"<div class=key>{escape(button.label)}</div>" for button in row)}</div>'
        for row in message.buttons
    )
    bubble = f'<div class="inner">{shown}<div class="text">{_shown(message.text)}</div></div>'
    name = f'<div class="name">{escape(get_native_name(language))}</div>'
    return f'<div class="cell" lang="{language}" dir="{_direction(language)}">{name}{bubble}{_shown(keys)}</div>'


def _picture(made: _Page, media: Media) -> str:
    """The picture itself, as long as there is room on the page: so it can be mailed as one file."""
    name = media.drawn.heading if media.drawn else media.name
    data = made.bytes_of(media) if made.room else None
    if data is None or len(data) > made.room:
        made.room = made.room if data is None else 0
        return f'<div class="picture">{views.picture_name(made.language, name)}</div>'
    made.room -= len(data)
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f'<img alt="{escape(name)}" src="data:image/{kind};base64,{base64.b64encode(data).decode()}">'


def _direction(language: str) -> str:
    return "rtl" if is_right_to_left(language) else "ltr"


def _shown(html: str) -> str:
    return _CUT.sub(r"<mark>\1</mark>", html).replace(GAP, "<mark>").replace(END, "</mark>")
