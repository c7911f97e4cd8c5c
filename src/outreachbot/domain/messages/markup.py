r"""Converts the markup of text fields: **bold**, *italic*, [label](https://address), and \* \[ \] \\ for literals.

Everything else is literal, including a marker without its counterpart. A marker opens before a character that is not a
space and closes after one, so `2 * 3 * 4` needs no backslash. Links can't be nested. One pass, linear time.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from outreachbot.domain import urls
from outreachbot.domain.messages.message import escape

_SPECIAL = re.compile(r"\\[*\[\]\\]|\*+|[\[\]]")
_WITHOUT_LINKS = re.compile(r"\\[*\[\]\\]|\*+")
# An address may contain one level of parentheses, as Wikipedia's do. The bound keeps the search linear.
_TARGET = re.compile(r"\(((?:[^()]|\([^()]*\)){0,2048})\)")

CACHE_SIZE = 4096  # converted texts: each is shown many times

_BOLD, _ITALIC, _BRACKET = "**", "*", "["
_TAG = {_BOLD: "b", _ITALIC: "i"}
_SAFE = frozenset({_BOLD, _ITALIC, _BRACKET, "]"})  # need no escaping in HTML


@dataclass(frozen=True, slots=True)
class _HtmlTag:
    html: str


@dataclass(slots=True)
class _Opener:
    """A marker that may still find its counterpart; until then the piece at index `piece` shows it literally."""

    kind: str
    piece: int
    alive: bool = True


@dataclass(slots=True)
class _Parser:
    """The state of parsing a text. Every opener is pushed and popped at most once, which keeps the time linear."""

    text: str
    pieces: list[str | _HtmlTag] = field(default_factory=list)
    openers: list[_Opener] = field(default_factory=list)
    brackets: list[_Opener] = field(default_factory=list)  # the live brackets among `openers`, in the same order
    depth: dict[str, int] = field(default_factory=dict)  # open bold or italic -> its index in `openers`
    targets: list[str] = field(default_factory=list)  # everything written as a link's address

    def parse(self) -> None:
        special = _SPECIAL if "](" in self.text else _WITHOUT_LINKS
        at = 0
        while match := special.search(self.text, at):
            if match.start() > at:
                self.pieces.append(self.text[at : match.start()])
            at = self._take_special(match)
        self.pieces.append(self.text[at:])

    def _take_special(self, match: re.Match[str]) -> int:
        """Handle a match of _SPECIAL; returns the index at which parsing continues."""
        marker = match[0]
        if marker.startswith("\\"):
            self.pieces.append(marker[1])
        elif marker == "[":
            self.brackets.append(self._open(_BRACKET))
        elif marker == "]":
            return self._close_bracket(match.end())
        else:
            self._take_stars(match.start(), match.end())
        return match.end()

    def _open(self, kind: str) -> _Opener:
        opener = _Opener(kind, len(self.pieces))
        if kind != _BRACKET:
            self.depth[kind] = len(self.openers)
        self.openers.append(opener)
        self.pieces.append(kind)
        return opener

    def _drop_from(self, index: int) -> None:
        """Discard the openers from this index on: those above the one being closed stay literal."""
        for opener in self.openers[index:]:
            if opener.kind != _BRACKET:
                del self.depth[opener.kind]
            elif opener.alive:
                self.brackets.pop()
        del self.openers[index:]

    def _close(self, kind: str) -> None:
        index = self.depth[kind]
        self.pieces[self.openers[index].piece] = _HtmlTag(f"<{_TAG[kind]}>")
        self._drop_from(index)
        self.pieces.append(_HtmlTag(f"</{_TAG[kind]}>"))

    def _take_stars(self, start: int, end: int) -> None:
        before, after = self.text[start - 1 : start], self.text[end : end + 1]
        opens, closes = bool(after) and not after.isspace(), bool(before) and not before.isspace()
        left = end - start
        while closes and (kind := self._find_closable(left, opens)):
            self._close(kind)
            left -= len(kind)
        for kind in (_BOLD, _ITALIC):
            if opens and left >= len(kind) and kind not in self.depth:
                self._open(kind)
                left -= len(kind)
        self.pieces.append("*" * left)

    def _find_closable(self, stars: int, opens: bool) -> str:
        """The open marker that this many stars close first: the inner one if there are enough for both; "" if none."""
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
        return self._close_link(opener, target)

    def _close_link(self, opener: _Opener, target: re.Match[str]) -> int:
        self.targets.append(target[1])
        if urls.find_url_problem(target[1]) or opener.piece == len(self.pieces) - 1:  # invalid address or no label
            self.brackets.pop().alive = False
            self.pieces.append("]")
            return target.start()
        while self.openers[-1] is not opener:
            self._drop_from(len(self.openers) - 1)
        self._drop_from(len(self.openers) - 1)
        for outer in self.brackets:
            outer.alive = False  # links can't be nested
        self.brackets.clear()
        self.pieces[opener.piece] = _HtmlTag(f'<a href="{escape(target[1])}">')
        self.pieces.append(_HtmlTag("</a>"))
        return target.end()


def _parse(text: str) -> _Parser:
    parser = _Parser(text)
    parser.parse()
    return parser


@lru_cache(maxsize=CACHE_SIZE)
def to_html(text: str) -> str:
    """Convert to HTML of Telegram's subset (<b>, <i>, <a href="">): well-formed and properly nested for any input."""
    pieces = _parse(text).pieces
    return "".join(
        piece.html if isinstance(piece, _HtmlTag) else piece if piece in _SAFE else escape(piece) for piece in pieces
    )


@lru_cache(maxsize=CACHE_SIZE)
def to_plain(text: str) -> str:
    """Convert to the characters that a reader sees: for lengths, and wherever markup isn't possible."""
    return "".join(piece for piece in _parse(text).pieces if isinstance(piece, str))


def list_link_targets(text: str) -> list[str]:
    """Everything written as a link's address, including invalid addresses, whose links show literally."""
    return _parse(text).targets
