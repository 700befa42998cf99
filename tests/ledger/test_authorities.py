"""The quorum rule, for every subset of small sets, and what makes a set unsound."""

from hashlib import sha256
from itertools import chain, combinations, product

import pytest
from nacl.signing import SigningKey

from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain
from amanat.ledger.encoding import EncodingError, decode, encode

SOVEREIGN, CUSTODIAN = AuthorityClass.SOVEREIGN, AuthorityClass.CUSTODIAN


def key_of(name: str) -> bytes:
    return bytes(SigningKey(sha256(name.encode()).digest()).verify_key)


def authority(name: str, authority_class: AuthorityClass) -> Authority:
    return Authority(name, key_of(name), authority_class)


FIVE = AuthoritySet(
    members=(
        authority("cdc", CUSTODIAN),
        authority("custodian-a", CUSTODIAN),
        authority("custodian-b", CUSTODIAN),
        authority("mof", SOVEREIGN),
        authority("sbp", SOVEREIGN),
    ),
    quorum=3,
    sovereign_min=1,
    rule=QuorumRule.MAJORITY,
)


def with_members(*members: Authority, quorum: int = 3, sovereign_min: int = 1) -> AuthoritySet:
    return AuthoritySet(members, quorum, sovereign_min, QuorumRule.MAJORITY)


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


def test_a_quorum_is_enough_members_and_enough_sovereign_ones_for_every_subset() -> None:
    for sovereigns, quorum, sovereign_min in product(range(6), range(1, 6), range(4)):
        members = tuple(
            Authority(name, key_of(name), SOVEREIGN if at < sovereigns else CUSTODIAN)
            for at, name in enumerate("abcde")
        )
        authorities = AuthoritySet(members, quorum, sovereign_min, QuorumRule.MAJORITY)
        for names in subsets(list("abcde")):
            enough = len(names) >= quorum
            sovereign = sum(name in "abcde"[:sovereigns] for name in names) >= sovereign_min
            assert authorities.is_quorum(names) is (enough and sovereign)


def test_custodians_alone_are_no_quorum_however_many() -> None:
    assert not FIVE.is_quorum(["cdc", "custodian-a", "custodian-b"])
    assert FIVE.is_quorum(["cdc", "custodian-a", "mof"])


def test_unknown_and_repeated_names_do_not_count() -> None:
    assert not FIVE.is_quorum(["mof", "mof", "mof"])
    assert not FIVE.is_quorum(["mof", "sbp", "nobody", "someone"])
    assert not FIVE.is_quorum([])


def test_any_two_quorums_of_a_sound_set_share_a_member() -> None:
    names = [member.name for member in FIVE.members]
    quorums = [set(subset) for subset in subsets(names) if FIVE.is_quorum(subset)]
    assert quorums
    assert all(one & two for one, two in product(quorums, repeat=2))


def test_a_member_is_found_by_its_name() -> None:
    assert FIVE.get("mof") == authority("mof", SOVEREIGN)
    assert FIVE.get("nobody") is None


def test_the_sound_set_of_five_has_no_problems() -> None:
    assert FIVE.problems() == []


UNSOUND = {
    "sorted by name": with_members(*reversed(FIVE.members)),
    "each name once": with_members(
        authority("mof", SOVEREIGN), Authority("mof", key_of("x"), SOVEREIGN), quorum=2
    ),
    "share a key": with_members(
        authority("a", SOVEREIGN), Authority("b", key_of("a"), SOVEREIGN), quorum=2
    ),
    "a has an invalid key": with_members(Authority("a", bytes(32), SOVEREIGN), quorum=1),
    "need not intersect": AuthoritySet(FIVE.members, 2, 1, QuorumRule.MAJORITY),
    "exceeds the 5 members": AuthoritySet(FIVE.members, 6, 1, QuorumRule.MAJORITY),
    "sovereign_min must be at least 1": AuthoritySet(FIVE.members, 3, 0, QuorumRule.MAJORITY),
    "exceeds 2 sovereign members": AuthoritySet(FIVE.members, 3, 3, QuorumRule.MAJORITY),
}


@pytest.mark.parametrize("problem", UNSOUND)
def test_an_unsound_set_says_what_is_wrong_with_it(problem: str) -> None:
    (found,) = UNSOUND[problem].problems()
    assert problem in found


def test_half_of_an_even_number_is_no_intersecting_quorum() -> None:
    four = FIVE.members[1:]
    assert AuthoritySet(four, 3, 1, QuorumRule.MAJORITY).problems() == []
    assert len(AuthoritySet(four, 2, 1, QuorumRule.MAJORITY).problems()) == 1


def test_everything_in_a_set_shows_in_the_digest_of_its_configuration() -> None:
    renamed = Authority("zakat", key_of("sbp"), SOVEREIGN)
    rekeyed = Authority("sbp", key_of("another"), SOVEREIGN)
    demoted = Authority("sbp", key_of("sbp"), CUSTODIAN)
    variants = [
        FIVE,
        AuthoritySet(FIVE.members, 4, 1, QuorumRule.MAJORITY),
        AuthoritySet(FIVE.members, 3, 2, QuorumRule.MAJORITY),
    ]
    variants += [
        AuthoritySet((*FIVE.members[:4], last), 3, 1, QuorumRule.MAJORITY)
        for last in (renamed, rekeyed)
    ]
    variants += [
        AuthoritySet((*FIVE.members[:4], demoted), 3, 1, QuorumRule.MAJORITY),
        with_members(*FIVE.members[1:]),
    ]
    two_thirds = AuthoritySet(FIVE.members, 4, 1, QuorumRule.TWO_THIRDS)
    assert two_thirds.problems() == []
    configurations = [Configuration.first(each) for each in (*variants, two_thirds)]
    assert len({each.digest() for each in configurations}) == len(configurations)
    content = Domain.CONFIGURATION.encode() + b"\x00" + encode(configurations[0])
    assert configurations[0].digest() == sha256(content).digest()


@pytest.mark.parametrize("count", [0, 65])
def test_a_set_of_no_members_or_of_too_many_does_not_decode(count: int) -> None:
    members = tuple(authority(f"a{n:02}", SOVEREIGN) for n in range(count))
    with pytest.raises(EncodingError):
        decode(encode(AuthoritySet(members, 33, 1, QuorumRule.MAJORITY)), AuthoritySet)


def test_a_class_that_is_not_known_does_not_decode() -> None:
    data = encode(with_members(authority("mof", SOVEREIGN), quorum=1))
    with pytest.raises(EncodingError):
        decode(data.replace(b"sovereign", b"souvereig"), AuthoritySet)
