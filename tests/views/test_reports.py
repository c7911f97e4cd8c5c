"""Messages about reported mistakes; our questions are recognised by their text alone."""

import pytest

from outreachbot.domain.messages.message import MAX_TEXT, shown_length
from outreachbot.domain.reports import MAX_ANSWER, MAX_REPORT
from outreachbot.sandbox import html
from outreachbot.views import reports
from outreachbot.views.i18n import list_languages


def shown(message):
    return html.parse(message.text)[0]


@pytest.mark.parametrize("notice", [False, True])
def test_the_question_is_recognised_and_names_its_fact_in_every_language(content, notice):
    for language in list_languages():
        for fact in content.facts:
            above = reports.text_wanted(language) if notice else ""
            question = reports.ask_for_report(content, language, fact.id, above)
            assert question.asks
            assert reports.read_fact_question(shown(question)) == fact.id
            assert reports.read_answer_question(shown(question)) is None


@pytest.mark.parametrize("notice", [False, True])
def test_the_question_to_an_admin_is_recognised_and_names_its_report_in_every_language(notice):
    for language in list_languages():
        question = reports.ask_for_answer(language, 10**15 - 1, reports.too_long(language, 9) if notice else "")
        assert question.asks
        assert reports.read_answer_question(shown(question)) == 10**15 - 1
        assert reports.read_fact_question(shown(question)) is None


@pytest.mark.parametrize(
    "text",
    ["", "x", "What is wrong with fact 1 (Ü)? Answer to this message, if you can with a source.",
     "What is wrong with fact x (stones)? Answer to this message, if you can with a source.",
     "What is wrong with fact 1 (stones)? Answer to this message, if you can with a source. No",
     "So: What is wrong with fact 1 (stones)? Answer to this message, if you can with a source.",
     "Write the answer to report 1e3 as a reply to this message. The member gets it without your name."],
)  # fmt: skip
def test_a_text_that_only_resembles_our_question_is_not_recognised(text):
    assert reports.read_fact_question(text) is None
    assert reports.read_answer_question(text) is None


def test_admins_read_the_words_as_they_are_and_no_name(bridge):
    message = reports.report_alert(bridge, "en", 7, "flood", 11, "<b>No</b> & {0}", ignored=False)

    assert shown(message) == "Report 7 · fact 2 (flood)\nFrom chat 11:\n<b>No</b> & {0}"
    assert [[button.data for button in row] for row in message.buttons] == [
        ["reports:answer:7", "+fact:flood"],
        ["reports:ignore:7:11"],
    ]


def test_an_ignored_member_can_be_restored(bridge):
    message = reports.report_alert(bridge, "en", 7, "flood", 11, "No", ignored=True)

    assert "Further reports of this person are ignored." in message.text
    assert message.buttons[-1][0].data == "reports:hear:7:11"


def test_a_fact_that_is_gone_is_named_by_its_id(bridge):
    assert "a fact that is gone (fire)" in reports.report_alert(bridge, "en", 7, "fire", 11, "No", ignored=False).text
    assert "a fact that is gone (fire)" in reports.answer_message(bridge, "en", "fire", "No", "Yes").text


def test_the_longest_answer_to_the_longest_report_fits_into_one_message(bridge):
    for language in list_languages():
        message = reports.answer_message(bridge, language, "x" * 32, "&" * MAX_REPORT, "&amp;" * MAX_ANSWER)
        assert shown_length(message.text) <= MAX_TEXT
