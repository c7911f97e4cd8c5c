"""Finds what the program says, for `make words`: also inside f-strings, where Babel's own search sees nothing."""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

Found = tuple[int, str, str | tuple[str, str], list[str]]
"""Line, gettext's name of the call, the text (or one and many), comments: what Babel asks of an extractor."""


def extract(
    file: IO[bytes], _keywords: Mapping[str, Any], _tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """The texts of `_("…")` and of `_.plural("…", "…", n)`, in the order of the file."""
    del options  # Babel gives it by its name
    calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        match call:
            case ast.Call(ast.Name("_"), [ast.Constant(str(text)), *_]):
                yield call.lineno, "_", text, []
            case ast.Call(
                ast.Attribute(ast.Name("_"), "plural"), [ast.Constant(str(one)), ast.Constant(str(many)), *_]
            ):
                yield call.lineno, "ngettext", (one, many), []
