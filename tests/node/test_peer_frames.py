"""Frames between nodes: one encoding each, and nothing else is let in."""

from typing import Final, get_args

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.log_entry import Snapshot
from amanat.consensus.messages import (
    Append,
    AppendRefused,
    AppendReply,
    AskFinal,
    AskIndex,
    AskPast,
    AskPiece,
    Confirm,
    Confirmed,
    Finalized,
    Index,
    Message,
    OfferSnapshot,
    Past,
    Piece,
    PreVote,
    PreVoteReply,
    RequestVote,
    SharedAcks,
    TimeoutNow,
    VoteReply,
)
from amanat.consensus.statements import SignedAck, genesis_id
from amanat.ledger.encoding import EncodingError, encode
from amanat.node.peer_frames import (
    FRAME_BYTES_MAX,
    Consensus,
    Forward,
    Frame,
    Hello,
    read_frame,
)
from tests.node.history import market_history

HISTORY: Final = market_history()
GENESIS: Final = genesis_id(HISTORY.chain_id)
LEADER: Final = HISTORY.entries[0].leader_certificate
assert LEADER is not None

MESSAGES: Final[list[Message]] = [
    PreVote(2, GENESIS),
    PreVoteReply(2, granted=True),
    RequestVote(2, GENESIS),
    RequestVote(2, GENESIS, handover=bytes(64)),
    RequestVote(2, GENESIS, HISTORY.certificate(2)),
    VoteReply(2, bytes(64)),
    VoteReply(2, None),
    Append(1, LEADER, GENESIS, tuple(HISTORY.entries), HISTORY.certificate(2)),
    Append(1, LEADER, GENESIS, (), None),
    AppendReply(1, 2, (SignedAck(GENESIS, HISTORY.entries[1].block, bytes(64)),)),
    AskFinal(1, 2),
    Finalized(1, tuple(HISTORY.entries[:2]), HISTORY.certificate(2), 3),
    AppendRefused(1, 3, HISTORY.entries[1].block),
    SharedAcks(1, (SignedAck(GENESIS, HISTORY.entries[1].block, bytes(64)),), wanted=True),
    OfferSnapshot(1, Snapshot(HISTORY.entries[1], HISTORY.certificate(2), b"lineage")),
    AskPiece(1, 2, b"\x80"),
    Piece(1, 2, b"", b"state"),
    AskPast(2, 7),
    Past(2, 7, GENESIS),
    TimeoutNow(2, bytes(64)),
    Confirm(2, 7),
    Confirmed(2, 7),
    AskIndex(2, 7),
    Index(2, 7, 3),
]
HELLO: Final = Hello(HISTORY.chain_id, "mof", "http://127.0.0.1:1", "127.0.0.1:2", "0.1.0")
FRAMES: Final[list[Frame]] = [
    HELLO,
    Forward(()),
    Forward(HISTORY.blocks[1].block.transactions),
    *(Consensus(message) for message in MESSAGES),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_a_frame_is_read_as_it_was_written(frame: Frame) -> None:
    assert read_frame(encode(frame)) == frame


def test_every_kind_of_message_travels() -> None:
    assert {type(message) for message in MESSAGES} == set(get_args(Message))


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_no_other_bytes_are_read_as_the_same_frame(frame: Frame) -> None:
    data = encode(frame)
    long_form = b"\xdc" + len(msgpack.unpackb(data)).to_bytes(2, "big") + data[1:]
    for other in (data + b"\x00", data[:-1], long_form):
        with pytest.raises(EncodingError):
            read_frame(other)


@pytest.mark.parametrize(
    "content",
    [
        ["unheard-of", b""],
        ["hello"],
        ["hello", HISTORY.chain_id, "mof", "", "", "", "one field more"],
        ["hello", b"too short", "mof", "", "", ""],
        ["hello", HISTORY.chain_id, "No Name!", "", "", ""],
        ["hello", HISTORY.chain_id, "mof", "x" * 257, "", ""],
        ["hello", HISTORY.chain_id, "mof", "", "", "x" * 65],
        ["forward", ["text"]],
        ["forward", b"one transaction"],
        ["consensus", ["pre-vote", -1, [0, 0, bytes(32)]]],
        ["consensus", ["pre-vote", 2**63, [0, 0, bytes(32)]]],
        ["consensus", ["hello", bytes(32), "mof", "", "", ""]],
        ["consensus", ["request-vote", 2, [0, 0, bytes(32)]]],  # what may be absent is there as nil
        {"consensus": 1},
        None,
        7,
    ],
)
def test_what_is_no_frame_is_refused(content: object) -> None:
    with pytest.raises(EncodingError):
        read_frame(encode(content))


def test_a_frame_may_be_so_long_and_no_longer() -> None:
    room = FRAME_BYTES_MAX - len(encode(Forward((bytes(2**16),)))) + 2**16
    longest = Forward((bytes(room),))
    assert len(encode(longest)) == FRAME_BYTES_MAX
    assert read_frame(encode(longest)) == longest
    with pytest.raises(EncodingError, match="at most"):
        read_frame(encode(Forward((bytes(room + 1),))))


def test_nesting_without_end_is_refused() -> None:
    for opening in (b"\x91", b"\x92\xa9consensus"):
        with pytest.raises(EncodingError):
            read_frame(opening * 100_000)


@given(st.binary(max_size=300))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(EncodingError):
        read_frame(data)


@given(st.sampled_from(FRAMES), st.data())
def test_a_changed_byte_gives_another_frame_or_none(frame: Frame, data: st.DataObject) -> None:
    changed = bytearray(encode(frame))
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        read = read_frame(bytes(changed))
    except EncodingError:
        return
    assert read != frame
    assert encode(read) == changed
