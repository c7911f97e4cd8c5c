"""The corrections of all facts, the newest first."""

from dataclasses import dataclass

from outreachbot.domain.content.model import Content, Correction, Fact


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction with its fact."""

    number: int  # of the fact, counted from 1 in the order of the file
    fact: Fact
    correction: Correction


def of_fact(fact: Fact) -> list[Correction]:
    return sorted(fact.corrected, key=lambda one: one.on, reverse=True)


def every(content: Content) -> list[Corrected]:
    """Those of one day in the order of the file."""
    found = [Corrected(number, fact, one) for number, fact in enumerate(content.facts, 1) for one in fact.corrected]
    return sorted(found, key=lambda one: one.correction.on, reverse=True)
