r"""The little markup of text fields: **bold**, *italic*, [label](https://address), and \* \[ \] \\ for the signs.

Everything else is literal, and so is a marker without its counterpart. A marker opens before a sign that is not a
space and closes after one, so `2 * 3 * 4` needs no backslash. Links don't stand inside links. One pass, linear time.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from outreachbot.domain import urls
from outreachbot.domain.messages.message import escape

_SPECIAL = re.compile(r"\\[*\[\]\\]|\*+|[\[\]]")
_WITHOUT_LINKS = re.compile(r"\\[*\[\]\\]|\*+")
# The address may hold one level of parentheses, as some encyclopedias' do. The bound keeps the search linear.
_TARGET = re.compile(r"\(((?:[^()]|\([^()]*\)){0,2048})\)")

KEPT = 4096  # texts whose reading is kept: each is shown many times

_BOLD, _ITALIC, _BRACKET = "**", "*", "["
_TAG = {_BOLD: "b", _ITALIC: "i"}
_SAFE = frozenset({_BOLD, _ITALIC, _BRACKET, "]"})  # need no escaping in HTML


@dataclass(frozen=True, slots=True)
class _Tag:
    html: str


@dataclass(slots=True)
class _Opener:
    """A marker that may still find its counterpart; until then the piece at `piece` shows it literally."""

    kind: str
    piece: int
    alive: bool = True


@dataclass(slots=True)
class _Reader:
    """What was read so far. Every opener is pushed once and popped once, which keeps the whole linear."""

    text: str
    pieces: list[str | _Tag] = field(default_factory=list)
    openers: list[_Opener] = field(default_factory=list)
    brackets: list[_Opener] = field(default_factory=list)  # those of `openers` that are live brackets
    depth: dict[str, int] = field(default_factory=dict)  # open bold or italic -> its place in `openers`
    targets: list[str] = field(default_factory=list)  # whatever is written as a link's address

    def read(self) -> None:
        special = _SPECIAL if "](" in self.text else _WITHOUT_LINKS
        at = 0
        while found := special.search(self.text, at):
            if found.start() > at:
                self.pieces.append(self.text[at : found.start()])
            at = self._special(found)
        self.pieces.append(self.text[at:])

    def _special(self, found: re.Match[str]) -> int:
        sign = found[0]
        if sign.startswith("\\"):
            self.pieces.append(sign[1])
        elif sign == "[":
            self.brackets.append(self._open(_BRACKET))
        elif sign == "]":
            return self._close_bracket(found.end())
        else:
            self._stars(found.start(), found.end())
        return found.end()

    def _open(self, kind: str) -> _Opener:
        opener = _Opener(kind, len(self.pieces))
        if kind != _BRACKET:
            self.depth[kind] = len(self.openers)
        self.openers.append(opener)
        self.pieces.append(kind)
        return opener

    def _drop_from(self, place: int) -> None:
        """Forget the openers from this place on: those above the one that closes stay literal."""
        for opener in self.openers[place:]:
            if opener.kind != _BRACKET:
                del self.depth[opener.kind]
            elif opener.alive:
                self.brackets.pop()  # live brackets stand in both lists in the same order
        del self.openers[place:]

    def _close(self, kind: str) -> None:
        place = self.depth[kind]
        self.pieces[self.openers[place].piece] = _Tag(f"<{_TAG[kind]}>")
        self._drop_from(place)
        self.pieces.append(_Tag(f"</{_TAG[kind]}>"))

    def _stars(self, start: int, end: int) -> None:
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        opens, closes = bool(after) and not after.isspace(), bool(before) and not before.isspace()
        left = end - start
        while closes and (kind := self._closable(left, opens)):
            self._close(kind)
            left -= len(kind)
        for kind in (_BOLD, _ITALIC):
            if opens and left >= len(kind) and kind not in self.depth:
                self._open(kind)
                left -= len(kind)
        self.pieces.append("*" * left)

    def _closable(self, stars: int, opens: bool) -> str:
        """Which open marker so many stars close first; the inner one where there are enough for both."""
        bold, italic = self.depth.get(_BOLD, -1), self.depth.get(_ITALIC, -1)
        if bold >= 0 and stars >= len(_BOLD) and (stars == len(_BOLD) or bold > italic):
            return _BOLD
        if italic >= 0 and (stars % 2 or (stars and not opens)):
            return _ITALIC
        return _BOLD if bold >= 0 and stars >= len(_BOLD) else ""

    def _close_bracket(self, end: int) -> int:
        target = _TARGET.match(self.text, end) if self.brackets else None
        opener = self.brackets[-1] if self.brackets else None
        if opener is None or target is None:
            if opener is not None:
                self.brackets.pop().alive = False
            self.pieces.append("]")
            return end
        return self._link(opener, target)

    def _link(self, opener: _Opener, target: re.Match[str]) -> int:
        self.targets.append(target[1])
        if urls.find_url_problem(target[1]) or opener.piece == len(self.pieces) - 1:  # no address, or no label
            self.brackets.pop().alive = False
            self.pieces.append("]")
            return target.start()
        while self.openers[-1] is not opener:
            self._drop_from(len(self.openers) - 1)
        self._drop_from(len(self.openers) - 1)
        for outer in self.brackets:
            outer.alive = False  # a link does not stand inside a link
        self.brackets.clear()
        self.pieces[opener.piece] = _Tag(f'<a href="{escape(target[1])}">')
        self.pieces.append(_Tag("</a>"))
        return target.end()


def _read(text: str) -> _Reader:
    reader = _Reader(text)
    reader.read()
    return reader


@lru_cache(maxsize=KEPT)
def to_html(text: str) -> str:
    """HTML of Telegram's subset (<b>, <i>, <a href="">): well-formed and properly nested, whatever the text."""
    pieces = _read(text).pieces
    return "".join(
        piece.html if isinstance(piece, _Tag) else piece if piece in _SAFE else escape(piece) for piece in pieces
    )


@lru_cache(maxsize=KEPT)
def to_plain(text: str) -> str:
    """The signs a reader sees: for counting lengths, and for places without markup."""
    return "".join(piece for piece in _read(text).pieces if isinstance(piece, str))


def list_link_targets(text: str) -> list[str]:
    """What stands where a link's address belongs, also where it is none and the link therefore shows literally."""
    return _read(text).targets
