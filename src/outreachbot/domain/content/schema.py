"""The content file's JSON Schema, by which an editor completes and checks it as one types.

It follows from the models; what is written here is what people are told of each key. It says less than `check`, which
also knows what the parts have to do with each other.
"""

from typing import Any

from outreachbot.domain.content.model import Content

Json = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"  # the one that every editor reads
LANGUAGES = {"en": "English", "az": "azərbaycanca", "tr": "Türkçe", "ru": "русский"}
"""Those that the program itself speaks are offered; a text may have any."""

_TEXT: Json = {
    "description": "A text, once for each language. **bold**, *italic* and [a label](https://an.address) are read.",
    "type": "object",
    "properties": {code: {"type": "string", "description": name} for code, name in LANGUAGES.items()},
    "patternProperties": {"^[a-z]{2}$": {"type": "string", "pattern": "\\S"}},
    "additionalProperties": False,
    "minProperties": 1,
}
_MORE: dict[str, Json] = {"Figure": {"oneOf": [{"required": ["number"]}, {"required": ["range"]}]}}

SAID: dict[str, dict[str, str]] = {
    "Content": {
        "languages": "The languages of this file, as two-letter codes. Every text needs the first one.",
        "zone": "The time zone of chats that chose none, such as Europe/Istanbul.",
        "hour": "The hour (0 to 23) at which reminders arrive in chats that chose none.",
        "notices": "Which reminders of a day chats get that chose none.",
        "early": "So many minutes before the hour a long wave of reminders may begin.",
        "countries": "Where members are likely to live: /timezone offers these first. Codes such as AZ.",
        "title": "The subject in a few words, at the head of messages.",
        "short_description": "Stands on the bot's profile; at most 120 characters, without bold or links.",
        "description": "Stands in the empty chat before somebody presses Start; at most 512 characters, without links.",
        "welcome": "The answer to /start.",
        "operator": "Who runs this copy of the bot, and how to reach them.",
        "sources_policy": "How this file treats sources; part of /about.",
        "avoid": "Words that no text of a language may have. `barbar*` stands for every ending.",
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
        "id": "What others refer to it by.",
        "title": "As it is, not translated; for an untitled text a few words that describe it.",
        "publisher": "Who published it, not translated.",
        "year": "Of its publication. Leave it out where the document is undated.",
        "url": "Where it can be read.",
        "archive": "The address of a saved copy, for the day on which the page is gone.",
        "read": "How far somebody has read it. Please be honest here: members see it.",
        "note": "Anything a reader should know about it.",
    },
    "Fact": {
        "id": "Stays as it is: buttons in old messages refer to it.",
        "topic": "The id of a topic.",
        "claim": "What is claimed, in the words of who states it.",
        "stated_by": "The person or body that states it.",
        "sources": "The ids of the sources where it can be read.",
        "certainty": "How firmly it stands.",
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
        "precision": "How the number is to be read.",
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
        "leap_day": "Only of 02-29: when it is kept in a year that has none.",
        "night": "true: it was the night to this day, and began in the evening before.",
        "year": "The year of the event, to count from. Leave it out where there is none.",
        "text": "One or two sentences, said in the reminder.",
        "sources": "The ids of the sources where it can be read.",
        "topic": "The id of the topic whose facts the reminder leads to.",
        "default": "false: only chats that choose this day get it.",
        "big": "true: one of the days for chats that want only the big ones.",
        "silence": "A moment of silence that is kept on that day.",
        "picture": "The name of a JPEG or PNG file beside this one, shown in its reminders.",
    },
    "Silence": {
        "at": 'The time of day, in quotes: "17:00".',
        "zone": "The time zone of its place.",
        "place": "Where it is kept: its clock is meant.",
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
    """The whole schema, as JSON."""
    made = Content.model_json_schema(ref_template="#/definitions/{model}")
    parts = {name: _part(name, part) for name, part in made.pop("$defs").items()}
    whole = _part("Content", made) | {"description": "Everything that the bot says about its subject."}
    return {"$schema": DIALECT, "title": "Content of an outreachbot", **whole, "definitions": {"Text": _TEXT, **parts}}


def _part(name: str, part: Json) -> Json:
    """A model or a choice of words, with what is said of each."""
    if name in _CHOICES:
        return _plain(part) | {"enumDescriptions": _CHOICES[name]}
    properties = {key: {"description": SAID[name][key], **_plain(one)} for key, one in part["properties"].items()}
    return {**_plain(part), "properties": properties, **_MORE.get(name, {})}


def _plain(one: Json) -> Json:
    """What pydantic says, in the dialect that editors read, and shorter."""
    if one.get("additionalProperties") == {"type": "string"}:
        return {"$ref": "#/definitions/Text"}
    kept = {key: value for key, value in one.items() if key not in {"title", "anyOf", "prefixItems"}}
    if "patternProperties" in one:
        kept["additionalProperties"] = False
    if one.get("default", "") in (None, [], {}):
        del kept["default"]
    choices = [_plain(choice) for choice in one.get("anyOf", [])]
    if len(choices) == 2 and choices[1] == {"type": "null"} and "type" in choices[0]:
        kept |= choices[0] | {"type": [choices[0]["type"], "null"]}
    elif choices:
        kept["anyOf"] = choices
    if "prefixItems" in one:
        kept["items"] = one["prefixItems"][0]
    elif "items" in one:
        kept["items"] = _plain(one["items"])
    return kept
