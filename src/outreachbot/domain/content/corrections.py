"""The corrections of all facts, the newest first."""

from dataclasses import dataclass

from outreachbot.domain.content.model import Content, Correction, Fact


@dataclass(frozen=True, slots=True)
class FactCorrection:
    """A correction with its fact."""

    number: int  # of the fact, counted from 1 in the order of the file
    fact: Fact
    correction: Correction


def list_corrections(fact: Fact) -> list[Correction]:
    return sorted(fact.corrected, key=lambda one: one.on, reverse=True)


def list_all_corrections(content: Content) -> list[FactCorrection]:
    """Those of one day in the order of the file."""
    found = [
        FactCorrection(number, fact, one) for number, fact in enumerate(content.facts, 1) for one in fact.corrected
    ]
    return sorted(found, key=lambda one: one.correction.on, reverse=True)
