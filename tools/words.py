"""Extracts translatable texts for `make words`, including those in f-strings, which Babel's own extractor misses."""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

Extracted = tuple[int, str, str | tuple[str, str], list[str]]
"""Line, gettext function, text (or singular and plural), comments: the format of Babel's extractors."""


def extract(
    file: IO[bytes], _keywords: Mapping[str, Any], _tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """The texts of `_("…")` and `_.plural("…", "…", n)` calls, in file order."""
    del options  # Babel passes it as a keyword argument
    calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(ast.Name("_"), [ast.Constant(str(text)), *_]):
                yield call.lineno, "_", text, []
            case ast.Call(
                ast.Attribute(ast.Name("_"), "plural"), [ast.Constant(str(singular)), ast.Constant(str(plural)), *_]
            ):
                yield call.lineno, "ngettext", (singular, plural), []
