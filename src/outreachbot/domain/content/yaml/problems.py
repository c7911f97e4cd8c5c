"""Rephrases the YAML parser's error messages for people who edit texts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParserProblem:
    """An error of the parser: its messages, and the text at the two positions that it names."""

    problem: str  # the parser's message
    context: str  # its message about the construct it was reading
    before: str  # the line up to the position where it stopped
    sign: str  # the character at which it stopped
    opened: str  # the character at which the unfinished construct begins


_INDENT = "this line is not indented like its neighbours; begin it in the same column as the lines it belongs to"
_QUOTE_WHOLE = "the text goes on after its closing quote or bracket; put the whole text in quotes"
_START = "a text can't begin with `{}` unless it is in quotes"
_ENDED = "the file ends before this is finished; look for a bracket or a quote that is not closed"
_FLOW = "this `{}` is not closed; a text that begins with it must be in quotes"
_COLON = "a second `: ` in one line, or a line indented too deep; put a text that has a colon in it in quotes"
_NO_COLON = "here a key with a colon is wanted: write `key: text`, or indent the line to continue the text above it"
_QUOTED_END = "the text that begins with this quote is never closed"
_ESCAPE = "after \\x, \\u or \\U stands no number of a sign; write \\\\ for a backslash"
_ONE_DOCUMENT = "the file goes on after its end; keep everything in one document, without `...` or `---`"
_DIRECTIVE = "a line that begins with % is not read; delete it"

# (phrase in the context, phrase in the problem, explanation, whether this refers to the context's position). The
# phrases are libyaml's or those of PyYAML's own parser; the first match applies.
_EXPLANATIONS = (
    ("quoted scalar", "end of stream", _QUOTED_END, True),
    ("quoted scalar", "document ", _QUOTED_END, True),
    ("", "unknown escape", "in double quotes a backslash begins a sign such as \\n; write \\\\ for a backslash", False),
    ("", "Unicode character escape", _ESCAPE, False),
    ("", "hexdecimal", _ESCAPE, False),
    ("", "hexadecimal", _ESCAPE, False),
    ("", "directive", _DIRECTIVE, False),
    ("a directive", "", _DIRECTIVE, False),
    ("", "incompatible YAML", _DIRECTIVE, False),
    ("", "<document start>", _ONE_DOCUMENT, False),
    ("", "cannot start any token", _START, False),
    ("", "node content", _START, False),
    ("", "mapping values are not allowed", _COLON, False),
    ("", "unexpected ':'", _COLON, False),
    ("", "sequence entries are not allowed", "a list can't begin here; write its `- ` below the key", False),
    ("", "mapping keys are not allowed", _START, False),
    ("scanning an alias", "", _START, True),
    ("scanning an anchor", "", _START, True),
    ("a tag", "", _START, True),
    ("", "tag handle", _START, True),
    ("a flow ", "", _FLOW, True),
    ("a simple key", "", _NO_COLON, True),
    ("a block scalar", "", "after `{}` the text must begin in the next line, indented with spaces", True),
    ("", "'-' indicator", "every entry of this list must begin with `- ` in the same column", False),
)


def describe_unclosed(bracket: str) -> str:
    """The explanation for a bracket that is still open at the end of the file."""
    return _FLOW.format(bracket)


def explain_problem(error: ParserProblem) -> tuple[str, bool]:
    """A sentence that says what to write, and whether it refers to the beginning of the unfinished construct."""
    if error.sign == "\t" or "tab character" in error.problem:
        return "a tab; indent with spaces", False
    for context, problem, sentence, at_beginning in _EXPLANATIONS:
        if context in error.context and problem in error.problem:
            sign = error.opened if at_beginning else error.sign
            return (sentence.format(sign) if sign else _ENDED), at_beginning
    if "expected key" in error.problem or "<block end>" in error.problem:
        return (_QUOTE_WHOLE if error.before.strip() else _INDENT), False
    return f"this is not YAML: {error.problem}", False
