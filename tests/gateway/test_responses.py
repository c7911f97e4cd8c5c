"""What each of Telegram's responses means for a delivery."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Outcome, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import GONE, Reason
from outreachbot.errors import NoAnswer, NotReached
from outreachbot.gateway import responses
from outreachbot.gateway.transport import Response


def refusal(code: int, description: str, **parameters: object) -> Response:
    said: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    return Response(code, json.dumps(said | ({"parameters": parameters} if parameters else {})).encode())


def good(result: object, status: int = 200) -> Response:
    return Response(status, json.dumps({"ok": True, "result": result}).encode())


@pytest.mark.parametrize(
    ("code", "description", "reason"),
    [
        (403, "Forbidden: bot was blocked by the user", Reason.BLOCKED),
        (403, "Forbidden: user is deactivated", Reason.DEACTIVATED),
        (403, "Forbidden: bot was kicked from the group chat", Reason.KICKED),
        (403, "Forbidden: bot was kicked from the supergroup chat", Reason.KICKED),
        (403, "Forbidden: bot was kicked from the channel chat", Reason.KICKED),
        (403, "Forbidden: bot is not a member of the group chat", Reason.KICKED),
        (403, "Forbidden: bot is not a member of the supergroup chat", Reason.KICKED),
        (403, "Forbidden: bot is not a member of the channel chat", Reason.KICKED),
        (403, "Forbidden: the group chat was deleted", Reason.KICKED),
        (403, "Forbidden: bot can't initiate conversation with a user", Reason.NOT_FOUND),
        (403, "Forbidden: bot can't send messages to bots", Reason.NOT_FOUND),
        (400, "Bad Request: chat not found", Reason.NOT_FOUND),
        (400, "Bad Request: private chat not found", Reason.NOT_FOUND),
        (400, "Bad Request: PEER_ID_INVALID", Reason.NOT_FOUND),
        (400, "Bad Request: not enough rights to send text messages to the chat", Reason.NO_RIGHT),
        (400, "Bad Request: need administrator rights in the channel chat", Reason.NO_RIGHT),
        (400, "Bad Request: have no rights to send a message", Reason.NO_RIGHT),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Reason.NO_RIGHT),
        (400, "Bad Request: TOPIC_CLOSED", Reason.NO_RIGHT),
        (400, "Bad Request: message thread not found", Reason.TOPIC_GONE),
        (400, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0", Reason.TEMPLATE),
        (400, "Bad Request: message is too long", Reason.TEMPLATE),
        (400, "Bad Request: text is too long", Reason.TEMPLATE),
        (400, "Bad Request: message caption is too long", Reason.TEMPLATE),
        (400, "Bad Request: MESSAGE_TOO_LONG", Reason.TEMPLATE),
        (400, "Bad Request: message text is empty", Reason.TEMPLATE),
        (400, "Bad Request: text must be non-empty", Reason.TEMPLATE),
        (400, "Bad Request: BUTTON_DATA_INVALID", Reason.TEMPLATE),
        (400, "Bad Request: BUTTON_URL_INVALID", Reason.TEMPLATE),
        (400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", Reason.TEMPLATE),
        (400, "Bad Request: wrong file identifier/HTTP URL specified", Reason.TEMPLATE),
        (400, "Bad Request: wrong remote file identifier specified: Wrong padding in the string", Reason.TEMPLATE),
        (400, "Bad Request: message to copy not found", Reason.TEMPLATE),
        (400, "Bad Request: message can't be copied", Reason.TEMPLATE),
        (400, "Bad Request: reply markup is too long", Reason.TEMPLATE),
        (400, "Bad Request: message to edit not found", Reason.REFUSED),
        (400, "Bad Request: message can't be edited", Reason.REFUSED),
        (400, "Bad Request: message to delete not found", Reason.REFUSED),
        (400, "Bad Request: message can't be deleted for everyone", Reason.REFUSED),
        (400, "Bad Request: something nobody has seen before", Reason.REFUSED),
        (409, "Conflict: terminated by other getUpdates request", Reason.REFUSED),
    ],
)  # fmt: skip
def test_a_refusal_has_its_reason_and_telegrams_words(code, description, reason):
    assert responses.read_outcome(refusal(code, description)) == Failed(reason, description)


def test_a_wrong_message_and_a_closed_topic_are_not_the_chats_fault():
    assert {Reason.TEMPLATE, Reason.TOPIC_GONE, Reason.NO_RIGHT, Reason.REFUSED}.isdisjoint(GONE)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (good({"message_id": 7, "date": 1}), Sent(7)),
        (good({"message_id": 7, "what": {"nobody": ["knows"]}}), Sent(7)),
        (good([{"message_id": 7}, {"message_id": 8}, {"message_id": 9}]), Sent(7, (8, 9))),
        (good([{"message_id": 7}]), Sent(7)),
        (good([{"message_id": 7}, "what?", {"message_id": -(2**60)}]), Sent(7, (0, 0))),
        (good([]), Sent(0)),
        (good(True), Sent(0)),
        (good(None), Sent(0)),
        (good({"message_id": "7"}), Sent(0)),
        (good({"message_id": 2**70}), Sent(0)),
        (refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001), Migrated(-1001)),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), Wait(7.0)),
        (refusal(429, "Too Many Requests: retry after 0", retry_after=0), Wait(0.0)),
        (refusal(429, "Too Many Requests", retry_after=0.5), Wait(0.5)),
        (refusal(429, "Too Many Requests"), Wait(5.0)),
        (refusal(429, "Too Many Requests", retry_after="soon"), Wait(5.0)),
        (refusal(429, "Too Many Requests", retry_after=-3), Wait(5.0)),
        (refusal(429, "Too Many Requests", retry_after=float("inf")), Wait(5.0)),
        (refusal(429, "Too Many Requests", retry_after=10**400), Wait(5.0)),
        (refusal(401, "Unauthorized"), Halt("Unauthorized")),
        (refusal(404, "Not Found"), Halt("Not Found")),
        (refusal(400, "Bad Request: FROZEN_METHOD_INVALID"), Halt("Bad Request: FROZEN_METHOD_INVALID")),
        (refusal(500, "Internal Server Error"), Uncertain(Reason.SERVER_ERROR)),
        (refusal(502, "Bad Gateway"), Uncertain(Reason.SERVER_ERROR)),
        (Response(502, b"<html>Bad Gateway</html>"), Uncertain(Reason.SERVER_ERROR)),
        (Response(200, b"<html>Please log in to the hotel's network</html>"), Uncertain(Reason.SERVER_ERROR)),
        (Response(200, b""), Uncertain(Reason.SERVER_ERROR)),
        (Response(200, b"{}"), Uncertain(Reason.SERVER_ERROR)),
        (Response(200, b"null"), Uncertain(Reason.SERVER_ERROR)),
        (Response(200, b'{"ok":true,"result":{"message_id":1'), Uncertain(Reason.SERVER_ERROR)),
        (Response(200, b"[" * 100_000), Uncertain(Reason.SERVER_ERROR)),
        (Response(302, b""), Uncertain(Reason.SERVER_ERROR)),
        (Response(403, b"<html>Forbidden</html>"), NotSent("HTTP 403 from something that is not Telegram")),
        (Response(429, b"<html>Slow down</html>"), Wait(5.0)),
        (Response(401, b""), NotSent("HTTP 401 from something that is not Telegram")),
        (Response(404, b"nginx"), NotSent("HTTP 404 from something that is not Telegram")),
    ],
)  # fmt: skip
def test_every_other_answer_has_its_outcome(answer, outcome):
    assert responses.read_outcome(answer) == outcome


def test_a_request_that_did_not_leave_is_not_sent_and_one_that_did_is_uncertain():
    assert responses.read_failure(NotReached("refused")) == NotSent("refused")
    assert responses.read_failure(NoAnswer("late")) == Uncertain(Reason.NO_ANSWER)


def test_an_edit_that_changes_nothing_is_recognised():
    words = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"

    assert responses.is_unchanged(responses.read_outcome(refusal(400, words)))
    assert not responses.is_unchanged(responses.read_outcome(refusal(400, "Bad Request: message to edit not found")))
    assert not responses.is_unchanged(Sent(1))


def test_only_a_good_answer_has_a_result_and_only_a_refusal_telegrams_words():
    assert responses.read_result(good([1])) == [1]
    assert responses.read_result(refusal(400, "no")) is None
    assert responses.read_result(Response(200, b"<html>")) is None
    assert responses.read_description(refusal(400, "no")) == "no"
    assert responses.read_description(Response(502, b"<html>")) == "HTTP 502"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
message = st.dictionaries(st.just("message_id"), anything)
shaped = st.fixed_dictionaries(
    {"ok": anything},
    optional={
        "error_code": anything | st.sampled_from([400, 429, 500]),
        "description": anything,
        "result": anything | message | st.lists(message | anything),
        "parameters": anything | st.dictionaries(st.sampled_from(["retry_after", "migrate_to_chat_id"]), anything),
    },
).map(lambda said: json.dumps(said).encode())


@given(st.integers(1, 2**52), st.dictionaries(st.text(), anything))
def test_a_message_that_telegram_has_is_sent_whatever_else_is_said_of_it(number, rest):
    for separators in ((",", ":"), (", ", ": ")):
        result = {"message_id": number, **{key: value for key, value in rest.items() if key != "message_id"}}
        body = json.dumps({"ok": True, "result": result}, separators=separators).encode()

        assert responses.read_outcome(Response(200, body)) == Sent(number)


@given(st.integers(100, 999), st.binary() | anything.map(lambda said: json.dumps(said).encode()) | shaped)
def test_whatever_comes_back_means_something(status, body):
    outcome = responses.read_outcome(Response(status, body))

    assert isinstance(outcome, Outcome)
    match outcome:
        case Sent(number, more):
            assert all(abs(telegram_id) < 2**53 for telegram_id in (number, *more))
        case Migrated(number):
            assert abs(number) < 2**53
        case Wait(seconds):
            assert 0 <= seconds <= 7 * 86_400
