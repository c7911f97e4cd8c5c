"""Lists the corrections of facts, newest first."""

from dataclasses import dataclass

from outreachbot.domain.content.model import Content, Correction, Fact


@dataclass(frozen=True, slots=True)
class FactCorrection:
    """A correction together with its fact."""

    number: int  # the fact's, counted from 1 in file order
    fact: Fact
    correction: Correction


def list_corrections(fact: Fact) -> list[Correction]:
    return sorted(fact.corrected, key=lambda correction: correction.on, reverse=True)


def list_all_corrections(content: Content) -> list[FactCorrection]:
    """The corrections of all facts; those made on the same day keep the order of the file."""
    entries = [
        FactCorrection(number, fact, correction)
        for number, fact in enumerate(content.facts, 1)
        for correction in fact.corrected
    ]
    return sorted(entries, key=lambda entry: entry.correction.on, reverse=True)
