"""The genesis document of a test network: its members, the standard policies and limits."""

from collections.abc import Iterable, Mapping

from amanat.config.standard_rules import standard_calendar, standard_parameters, standard_policies
from amanat.ledger.authorities import Authority, AuthoritySet, QuorumRule
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.node.testnet.layout import MEMBERS, QUORUM, SOVEREIGN_MIN, Member


def document(
    created: LedgerTime,
    authority_keys: Mapping[str, PublicKey],
    participant_keys: Mapping[str, PublicKey],
    others: Iterable[Member] = (),
) -> GenesisDocument:
    """Return the document that founds a test network.

    `MEMBERS` vote and take part; `others` take part without a vote. The keys are by name.
    """
    authorities = (
        Authority(each.name, authority_keys[each.name], each.authority_class) for each in MEMBERS
    )
    participants = (
        Participant.simple(each.name, each.title, (each.role,), participant_keys[each.name])
        for each in (*MEMBERS, *others)
    )
    return GenesisDocument(
        version=2,
        network="testnet",
        created=created,
        authorities=AuthoritySet(
            tuple(sorted(authorities, key=lambda each: each.name)),
            QUORUM,
            SOVEREIGN_MIN,
            QuorumRule.MAJORITY,
        ),
        participants=tuple(sorted(participants, key=lambda each: each.name)),
        policies=standard_policies(),
        parameters=standard_parameters(),
        calendar=standard_calendar(),
    )
