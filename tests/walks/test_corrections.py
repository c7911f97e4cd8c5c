"""What was put right is there for all to read."""

from outreachbot.domain.content import Content, Correction
from town import MEMBER


def with_facts(content: Content, facts: list) -> Content:
    return Content.model_validate(content.model_dump() | {"facts": tuple(facts)})


async def test_corrections_are_paged_and_lead_to_their_facts(town, content):
    facts = [
        fact.model_copy(
            update={"corrected": (Correction(on=f"2026-05-{n:02}", was={"en": f"old {n}"}, why={"en": "x"}),)}
        )
        for n, fact in enumerate(content.facts[:7], 1)
    ]
    async with town.bot():
        assert "No fact has been corrected yet." in (await town.answer(MEMBER, "/corrections"))["text"]
        assert "/corrections" in (await town.answer(MEMBER, "/help"))["text"]
    town.content = with_facts(content, [*facts, *content.facts[7:]])
    async with town.bot():
        page = await town.answer(MEMBER, "/corrections")
        assert page["text"].split("\n\n")[1].startswith("7 May 2026 · fact 7")
        await town.press(MEMBER, page, "›")
        older = town.now(MEMBER, page)
        assert "old 1" in older["text"]
        await town.press(MEMBER, older, "Fact 2")
        assert "Corrected on 2 May 2026\nIt said: “old 2”" in town.said(MEMBER)[-1]["text"]
        linked = await town.answer(MEMBER, "/start corrections_5")

    assert linked["text"] == older["text"]
