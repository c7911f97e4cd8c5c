"""Shows every text as members will see it, in one self-contained page: languages side by side, gaps marked."""

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

GAP, END = "\u2062", "\u2063"  # around a text that replaces a missing one; both are invisible and of no language
MAX_PICTURE_BYTES = 7_000_000  # of all pictures: as text a third more, and the page can still be mailed
_UNCLOSED_GAP = re.compile(f"{GAP}(?![^{GAP}]*{END})([^<\n]*)")  # its end is missing if a long text was cut off

LoadPicture = Callable[[Media], bytes | None]
"""Loads a picture's bytes; None if it can't be read."""


def write_preview(content: Content, folder: Path, file: Path, *, open_browser: bool) -> None:
    """Write the page to `file`, and open it if there is a screen; the content's pictures are in `folder`.

    Raises WrongUse when it can't be written.
    """
    try:
        file.touch()  # fail before the work, which takes a while
        file.write_text(render_page(content, wall_clock(), lambda media: _load_picture(folder, media)), "utf-8")
    except OSError as error:
        raise WrongUse(f"{file} can't be written: {error.strerror}; --output names another file") from None
    if open_browser and has_screen():
        webbrowser.open(file.absolute().as_uri())


def _load_picture(folder: Path, media: Media) -> bytes | None:
    if media.drawn is not None:
        return picture.small(media.drawn)
    try:
        return (folder / media.name).read_bytes()
    except OSError:
        return None


@dataclass(slots=True)
class _Page:
    """What the cells of the page share."""

    language: str  # of the page's own texts
    load_picture: LoadPicture
    bytes_left: int = MAX_PICTURE_BYTES  # for pictures


def render_page(content: Content, now: dt.datetime, load_picture: LoadPicture) -> str:
    """The page, as HTML."""
    gaps = dict.fromkeys(content.languages, 0)
    marked: Content = _mark_gaps(content, content, gaps)
    first = content.default_language
    page = _Page(first, load_picture)
    sections = list(views.list_sections(PreviewInput(marked, content, now, picture.fitting)))
    template = string.Template(files(__package__).joinpath("preview.html").read_text("utf-8"))
    return template.substitute(
        title=escape(content.say(content.title, first)),
        language=first,
        direction=_get_direction(first),
        style=files("outreachbot.sandbox").joinpath("page/colours.css").read_text("utf-8"),
        columns=len(content.languages),
        summary=views.summary(first, sum(gaps.values())),
        links=" ".join(f'<a href="#{number}">{section.heading}</a>' for number, section in enumerate(sections)),
        languages="".join(_render_head(first, language, gaps[language]) for language in content.languages),
        sections="\n".join(_render_section(page, n, section, content.languages) for n, section in enumerate(sections)),
    )


def _mark_gaps(value: Any, content: Content, gaps: dict[str, int]) -> Any:
    """A copy in which every missing text is filled with the default language's, marked as a gap, and counted."""
    if isinstance(value, BaseModel):
        parts = {name: _mark_gaps(getattr(value, name), content, gaps) for name in type(value).model_fields}
        return type(value).model_construct(**parts)  # model_copy would keep cached properties
    if isinstance(value, tuple):
        return tuple(_mark_gaps(item, content, gaps) for item in value)
    if isinstance(value, dict) and isinstance(value.get(content.default_language), str):
        return _fill(value, content, gaps)
    return value


def _fill(text: Text, content: Content, gaps: dict[str, int]) -> Text:
    missing = [language for language in content.languages if language not in text]
    for language in missing:
        gaps[language] += 1
    return text | dict.fromkeys(missing, f"{GAP}{text[content.default_language]}{END}")


def _render_head(first: str, language: str, gaps: int) -> str:
    note = views.missing_note(first, gaps)
    return f"<div><strong>{escape(get_native_name(language))}</strong><span>{language} · {note}</span></div>"


def _render_section(page: _Page, number: int, section: Section, languages: tuple[str, ...]) -> str:
    rows = ([(language, say(language)) for language in languages] for say in section.says)
    cells = ("".join(_render_cell(page, *cell) for cell in row) for row in rows if any(message for _, message in row))
    return f'<section><h2 id="{number}">{section.heading}</h2>{"".join(map(_render_row, cells))}</section>'


def _render_row(cells: str) -> str:
    return f'<div class="row-of">{cells}</div>'


def _render_cell(page: _Page, language: str, message: Message | None) -> str:
    """A message as a bubble. Its text is Telegram's HTML, which browsers understand."""
    if message is None:
        return '<div class="cell"></div>'
    picture_html = _render_picture(page, message.media[0]) if message.media else ""
    keys = "".join(
        f'<div class="row">{"".join(f"<div class=key>{escape(button.label)}</div>" for button in row)}</div>'
        for row in message.buttons
    )
    bubble = f'<div class="inner">{picture_html}<div class="text">{_highlight(message.text)}</div></div>'
    name = f'<div class="name">{escape(get_native_name(language))}</div>'
    return (
        f'<div class="cell" lang="{language}" dir="{_get_direction(language)}">{name}{bubble}{_highlight(keys)}</div>'
    )


def _render_picture(page: _Page, media: Media) -> str:
    """The picture itself, so that the page is one file; only its name once the page would become too large."""
    name = media.drawn.heading if media.drawn else media.name
    data = page.load_picture(media) if page.bytes_left else None
    if data is None or len(data) > page.bytes_left:
        page.bytes_left = page.bytes_left if data is None else 0
        return f'<div class="picture">{views.picture_name(page.language, name)}</div>'
    page.bytes_left -= len(data)
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f'<img alt="{escape(name)}" src="data:image/{kind};base64,{base64.b64encode(data).decode()}">'


def _get_direction(language: str) -> str:
    return "rtl" if is_right_to_left(language) else "ltr"


def _highlight(html: str) -> str:
    return _UNCLOSED_GAP.sub(r"<mark>\1</mark>", html).replace(GAP, "<mark>").replace(END, "</mark>")
