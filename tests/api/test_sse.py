"""The event decoder, case by case from the WHATWG rules, whole, byte by byte and in random pieces."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate_tui.api import ResponseNotUnderstoodError, ServerSentEvent
from replicate_tui.api.sse import EventDecoder

Event = tuple[str, str, str | None]

CASES: dict[str, tuple[bytes, list[Event]]] = {
    "two events": (
        b"event: output\nid: 1\ndata: Hello\n\nevent: output\nid: 2\ndata:  world\n\n",
        [("output", "Hello", "1"), ("output", " world", "2")],
    ),
    "crlf": (b"event: output\r\nid: 1\r\ndata: a\r\n\r\n", [("output", "a", "1")]),
    "cr": (b"event: output\rid: 1\rdata: a\r\r", [("output", "a", "1")]),
    "mixed ends": (b"event: output\r\nid: 1\rdata: a\n\r\n", [("output", "a", "1")]),
    "cr then lf are one end": (b"data: a\r\n\r\ndata: b\r\n\r\n", [("message", "a", None), ("message", "b", None)]),
    "byte order mark": (b"\xef\xbb\xbfevent: output\ndata: a\n\n", [("output", "a", None)]),
    "byte order mark later is text": (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("message", "a", None)]),
    "comments": (b": hi\n:408: 408 Request Timeout\nevent: output\n:x\ndata: a\n\n", [("output", "a", None)]),
    "only comments": (b": hi\n\n: hi\n\n", []),
    "a newline chunk": (b"event: output\ndata:\ndata:\n\n", [("output", "\n", None)]),
    "many lines": (b"data: a\ndata: b\n\n", [("message", "a\nb", None)]),
    "one space goes": (
        b"data:  two\n\ndata:\ttab\n\ndata:none\n\n",
        [
            ("message", " two", None),
            ("message", "\ttab", None),
            ("message", "none", None),
        ],
    ),
    "no colon": (b"data\n\n", [("message", "", None)]),
    "data only by name": (b"event: output\nid: 4\n\ndata: a\n\n", [("message", "a", None)]),
    "line separators are text": (
        "event: output\ndata: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\n".encode(),
        [("output", "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg", None)],
    ),
    "an id with NUL is none": (b"id: 1\x002\nevent: output\ndata: a\n\n", [("output", "a", None)]),
    "an empty id": (b"id\ndata: a\n\n", [("message", "a", "")]),
    "unknown fields": (b"foo: bar\ndata: a\nDATA: b\n\n", [("message", "a", None)]),
    "the last of two names": (b"event: a\nevent: b\ndata: c\n\n", [("b", "c", None)]),
    "broken UTF-8": (b"data: a\xffb\n\n", [("message", "a\ufffdb", None)]),
    "half an event at the end": (b"data: whole\n\nevent: output\ndata: half", [("message", "whole", None)]),
    "half an event with its line": (b"data: whole\n\ndata: half\n", [("message", "whole", None)]),
    "data before id": (b"data: a\nid: 9\nevent: output\n\n", [("output", "a", "9")]),
    "an emoji": ("data: caf\u00e9 \U0001f600\n\n".encode(), [("message", "caf\u00e9 \U0001f600", None)]),
    "leading blank lines": (b"\n\n\r\r\ndata: a\n\n", [("message", "a", None)]),
}


def decode(chunks: list[bytes]) -> list[Event]:
    decoder = EventDecoder()
    return [(event.event, event.data, event.id) for chunk in chunks for event in decoder.feed(chunk)]


def pieces(data: bytes, seed: int) -> list[bytes]:
    dice = random.Random(seed)
    cuts = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randrange(8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.mark.parametrize("name", CASES)
def test_framing(name: str) -> None:
    data, expected = CASES[name]
    assert decode([data]) == expected
    assert decode([data[place : place + 1] for place in range(len(data))]) == expected
    for seed in range(50):
        assert decode(pieces(data, seed)) == expected


texts = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=("Cs",)), max_size=30)


@given(
    st.lists(st.tuples(st.sampled_from(["output", "logs"]), st.lists(texts, min_size=1, max_size=4)), max_size=6),
    st.data(),
)
def test_any_text_comes_back_whole_however_it_is_cut(sent: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r", "\r\n"]))
    wire = "".join(
        f"event: {name}{end}" + "".join(f"data: {line}{end}" for line in lines) + end for name, lines in sent
    ).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=10)))
    chunks = [wire[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert decode(chunks) == [(name, "\n".join(lines), None) for name, lines in sent]


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(wire: bytes) -> None:
    assert decode([wire]) == decode([wire[place : place + 1] for place in range(len(wire))])


@pytest.mark.parametrize(
    ("wire", "retry"),
    [
        (b"retry: 250\n", 250),
        (b"retry: 0\n", 0),
        (b"retry: -5\n", None),
        (b"retry: 1e3\n", None),
        (b"retry: abc\n", None),
    ],
)
def test_retry_is_digits_or_nothing(wire: bytes, retry: int | None) -> None:
    decoder = EventDecoder()
    assert list(decoder.feed(wire)) == []
    assert decoder.retry == retry


def test_the_last_id_stays_when_an_event_has_none() -> None:
    decoder = EventDecoder()
    list(decoder.feed(b"id: 7\ndata: a\n\ndata: b\n\n"))
    assert decoder.last_id == "7"


@pytest.mark.parametrize("wire", [b"data: " + b"A" * 200, b"data: AAAAAAAAAA\n" * 20])
def test_an_event_above_the_limit_is_refused(wire: bytes) -> None:
    decoder = EventDecoder(limit=100)
    with pytest.raises(ResponseNotUnderstoodError, match="larger"):
        list(decoder.feed(wire))


def test_only_output_events_have_text() -> None:
    assert str(ServerSentEvent("output", "a")) == "a"
    assert str(ServerSentEvent("error", '{"detail": "a"}')) == ""
