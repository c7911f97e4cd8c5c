"""The checks of a content file: its model, relations between its parts, texts, wording, languages."""
