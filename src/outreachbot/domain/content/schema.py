"""Builds the content file's JSON Schema, with which text editors complete and check the file as it is typed.

The structure comes from the models; this module adds the descriptions. The schema covers less than `check`, which also
looks at relations between the parts.
"""

from typing import Any

from outreachbot.domain.content.model import Content

Json = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"  # supported by every editor
LANGUAGES = {"en": "English", "az": "azərbaycanca", "tr": "Türkçe", "ru": "русский"}
"""The languages offered for completion: those of the program's own catalogues. Texts may have others."""

_TEXT: Json = {
    "description": "A text, once for each language. **bold**, *italic* and [a label](https://an.address) are read.",
    "type": "object",
    "properties": {code: {"type": "string", "description": name} for code, name in LANGUAGES.items()},
    "patternProperties": {"^[a-z]{2}$": {"type": "string", "pattern": "\\S"}},
    "additionalProperties": False,
    "minProperties": 1,
}
_MORE: dict[str, Json] = {"Figure": {"oneOf": [{"required": ["number"]}, {"required": ["range"]}]}}

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "Content": {
        "languages": "The languages of this file, as two-letter codes. Every text needs the first one.",
        "zone": "The time zone of chats that chose none, such as Europe/Istanbul.",
        "hour": "The hour (0 to 23) at which reminders arrive in chats that chose none.",
        "notices": "Which reminders of a day are sent to chats that chose none.",
        "early": "The number of minutes by which a long wave of reminders may begin before the hour.",
        "countries": "Where members are likely to live: /timezone offers these first. Codes such as AZ.",
        "title": "The subject in a few words, at the head of messages.",
        "short_description": "Shown on the bot's profile; at most 120 characters, without bold or links.",
        "description": "Shown in the empty chat before somebody presses Start; at most 512 characters, without links.",
        "welcome": "The answer to /start.",
        "operator": "Who runs this copy of the bot, and how to reach them.",
        "sources_policy": "How this file treats sources; part of /about.",
        "avoid": "Words that no text in a language may contain. `barbar*` matches every ending.",
        "privacy": "What is stored about a chat; the answer to /privacy.",
        "campaign": "What people are asked to do.",
        "topics": "The headings of /facts, in the order in which they are shown.",
        "sources": "Every document that something else refers to by its id.",
        "facts": "What is known, who states it, and where that can be read.",
        "timeline": "What happened when. The order does not matter: entries are shown by their dates.",
        "anniversaries": "The days on which subscribed chats are reminded, each year.",
    },
    "Operator": {
        "name": "Who they are.",
        "contact": "An address at which members can really reach them.",
        "about": "What members should know of them.",
    },
    "Campaign": {
        "title": "What it is called.",
        "summary": "What it asks for, and why.",
        "link": "The page that its button opens.",
        "letter": "A letter to copy, of at most 250 words. [Square brackets] are for the sender to fill in.",
    },
    "Topic": {"id": "Stays as it is: buttons in old messages refer to it.", "title": "As members see it."},
    "Source": {
        "id": "What other entries refer to it by.",
        "title": "As it is, not translated; for an untitled text a few words that describe it.",
        "publisher": "Who published it, not translated.",
        "year": "The year of publication. Leave it out if the document is undated.",
        "url": "Where it can be read.",
        "archive": "The address of a saved copy, for the day when the page is gone.",
        "read": "How thoroughly you have read it. Please be honest here: members see it.",
        "note": "Anything a reader should know about it.",
    },
    "Fact": {
        "id": "Stays as it is: buttons in old messages refer to it.",
        "topic": "The id of a topic.",
        "claim": "What is claimed, in the words of who states it.",
        "stated_by": "The person or body that states it.",
        "sources": "The ids of the sources where it can be read.",
        "certainty": "How well it is supported.",
        "figures": "Numbers, side by side, each with who states it. They are never added up or averaged.",
        "corrected": "What it said until a mistake was put right. Members see it below the fact.",
    },
    "Correction": {
        "on": "The day on which it was put right: 2026-05-03.",
        "was": "What the fact said before.",
        "why": "Why that was wrong.",
    },
    "Figure": {
        "number": "The number; or write `range`.",
        "range": "From and to, such as [500, 1000]; or write `number`.",
        "precision": "How precise the number is.",
        "counts": "What is counted, such as: people killed.",
        "stated_by": "Who states it.",
        "year": "When it was stated.",
        "source": "The id of the source where it can be read.",
    },
    "TimelineEntry": {
        "date": "A day, a month or a year: 1992-02-26, 1992-02 or 1992.",
        "text": "What happened.",
        "sources": "The ids of the sources where it can be read.",
    },
    "Anniversary": {
        "id": "Stays as it is: what chats chose refers to it.",
        "title": "What the day is called.",
        "date": "Month and day: 02-26.",
        "leap_day": "Only for 02-29: when it is observed in years without that day.",
        "night": "true: the event began on the evening before this day.",
        "year": "The year of the event, to count from. Leave it out if there is none.",
        "text": "One or two sentences for the reminder.",
        "sources": "The ids of the sources where it can be read.",
        "topic": "The id of the topic whose facts the reminder leads to.",
        "default": "false: only chats that choose this day get it.",
        "big": "true: one of the days for chats that want only the big ones.",
        "silence": "A moment of silence observed on that day.",
        "picture": "The name of a JPEG or PNG file beside this one, shown in its reminders.",
    },
    "Silence": {
        "at": 'The time of day, in quotes: "17:00".',
        "zone": "The time zone of its place.",
        "place": "Where it is observed; the time of day is local time there.",
    },
}
_CHOICES = {
    "Certainty": ["independent sources agree", "one side or one source says so", "sources contradict each other"],
    "LeapDay": ["on 28 February", "on 1 March", "not at all"],
    "Notice": ["seven days before", "the day before", "on the day itself"],
    "Precision": ["as it is", "about this many", "at least this many", "more than this many", "up to this many"],
    "Reading": [
        "from the first page to the last, at its own address",
        "parts of it, at its own address",
        "only as a copy on somebody else's site",
        "not seen itself; another source reports what it says",
        "nobody has opened it",
    ],
}


def build_schema() -> Json:
    """The whole schema as a JSON object."""
    schema = Content.model_json_schema(ref_template="#/definitions/{model}")
    parts = {name: _describe(name, part) for name, part in schema.pop("$defs").items()}
    whole = _describe("Content", schema) | {"description": "Everything that the bot says about its subject."}
    return {"$schema": DIALECT, "title": "Content of an outreachbot", **whole, "definitions": {"Text": _TEXT, **parts}}


def _describe(name: str, part: Json) -> Json:
    """The schema of a model or an enum, with descriptions of its keys or values."""
    if name in _CHOICES:
        return _simplify(part) | {"enumDescriptions": _CHOICES[name]}
    properties = {
        key: {"description": DESCRIPTIONS[name][key], **_simplify(schema)} for key, schema in part["properties"].items()
    }
    return {**_simplify(part), "properties": properties, **_MORE.get(name, {})}


def _simplify(schema: Json) -> Json:
    """A schema made by pydantic, shortened and converted to draft 7."""
    if schema.get("additionalProperties") == {"type": "string"}:
        return {"$ref": "#/definitions/Text"}
    kept = {key: value for key, value in schema.items() if key not in {"title", "anyOf", "prefixItems"}}
    if "patternProperties" in schema:
        kept["additionalProperties"] = False
    if schema.get("default", "") in (None, [], {}):
        del kept["default"]
    choices = [_simplify(choice) for choice in schema.get("anyOf", [])]
    if len(choices) == 2 and choices[1] == {"type": "null"} and "type" in choices[0]:
        kept |= choices[0] | {"type": [choices[0]["type"], "null"]}
    elif choices:
        kept["anyOf"] = choices
    if "prefixItems" in schema:
        kept["items"] = schema["prefixItems"][0]
    elif "items" in schema:
        kept["items"] = _simplify(schema["items"])
    return kept
