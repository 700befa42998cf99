"""Participants, their keys and standing; accounts, attestations and who serves whom."""

from amanat.ledger.custody.accounts import Attestation
from amanat.ledger.custody.limits import Limits
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.operations import (
    Attest,
    BlockKeys,
    MoveAccount,
    MoveClients,
    OpenAccount,
    RegisterParticipant,
    ReplaceKeys,
    RotateKeys,
    SetLimits,
    SetRoles,
    SetStanding,
)
from amanat.ledger.rejections import RejectionCode as Code
from tests.model.acts import carry, needs
from tests.model.books import Books, Person, Place, Stop, need
from tests.model.consents import Approves, Consents, Need, Signs
from tests.model.moving import may_serve, ruled, serving

SOVEREIGN = ("issuer", "central_bank")


@needs.register
def _(act: RegisterParticipant, _books: Books, _consents: Consents) -> list[Need]:
    is_holder = [role.value for role in act.participant.roles] == ["holder"]
    return [Approves("register-participant/holder" if is_holder else "register-participant")]


@carry.register
def _(act: RegisterParticipant, books: Books, _consents: Consents) -> None:
    new = act.participant
    need(new.name not in books.people, Code.ALREADY_EXISTS)
    keys = _keys(books, new.name, new.keys)
    roles = frozenset(role.value for role in new.roles)
    books.people[new.name] = Person(roles, keys, new.threshold)


def _keys(books: Books, name: str, keys: tuple[ParticipantKey, ...]) -> dict[str, int | None]:
    """Return keys that a participant is to have, or stop: one is another's, or dead."""
    for each in keys:
        key = each.key.hex()
        owners = [owner for owner, person in books.people.items() if key in person.keys]
        need(key not in books.dead and owners in ([], [name]), Code.INVALID_KEYS)
    return {each.key.hex(): each.until for each in keys}


@needs.register
def _(act: RotateKeys, books: Books, _consents: Consents) -> list[Need]:
    books.person(act.participant)
    return [Signs(act.participant)]


@carry.register
def _(act: RotateKeys, books: Books, _consents: Consents) -> None:
    _rekey(books, act.participant, act.keys, act.threshold)


def _rekey(books: Books, name: str, keys: tuple[ParticipantKey, ...], threshold: int) -> None:
    lasting = sum(each.until is None for each in keys)
    need(threshold <= lasting, Code.INVALID_KEYS)
    person, kept = books.people[name], {each.key.hex() for each in keys}
    for key in person.keys:
        if key not in kept or person.has_ended(key, books.time):
            books.dead[key] = name
    after = _keys(books, name, keys)
    books.people[name] = person._replace(keys=after, threshold=threshold)


@needs.register
def _(_act: ReplaceKeys, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("replace-keys")]


@carry.register
def _(act: ReplaceKeys, books: Books, _consents: Consents) -> None:
    lost = books.person(act.participant).keys
    need(all(each.key.hex() not in lost for each in act.keys), Code.INVALID_KEYS)
    _rekey(books, act.participant, act.keys, act.threshold)


@needs.register
def _(act: BlockKeys, books: Books, consents: Consents) -> list[Need]:
    books.person(act.participant)
    keys = tuple(key.hex() for key in act.keys)
    itself = consents.signs(act.participant, without=keys)
    return [Signs(act.participant, keys) if itself else Approves("block-keys")]


@carry.register
def _(act: BlockKeys, books: Books, _consents: Consents) -> None:
    person, ended = books.person(act.participant), [key.hex() for key in act.keys]
    alive = {key for key in person.keys if key not in books.dead}
    need(ended == sorted(set(ended)) and alive.issuperset(ended), Code.INVALID_KEYS)
    left = [key for key in alive.difference(ended) if not person.has_ended(key, books.time)]
    rules = person.roles.intersection(SOVEREIGN)
    need(not rules or len(left) >= person.threshold, Code.SOVEREIGN_ROLE_EMPTY)
    keys = person.keys | dict.fromkeys(ended, books.time)
    books.people[act.participant] = person._replace(keys=keys)
    books.dead.update(dict.fromkeys(ended, act.participant))


@needs.register
def _(_act: SetRoles, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-roles")]


@carry.register
def _(act: SetRoles, books: Books, _consents: Consents) -> None:
    roles = frozenset(role.value for role in act.roles)
    books.people[act.participant] = books.person(act.participant)._replace(roles=roles)
    _settled(books, act.participant)


@needs.register
def _(_act: SetStanding, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-standing")]


@carry.register
def _(act: SetStanding, books: Books, _consents: Consents) -> None:
    suspended = act.standing.value == "suspended"
    books.people[act.participant] = books.person(act.participant)._replace(suspended=suspended)
    _settled(books, act.participant)


def _settled(books: Books, name: str) -> None:
    """Stop where nobody could rule any more; end the moving away of clients that may stay."""
    if _still_serves(books, name):
        books.successors.pop(name, None)
    ruling = [
        {name for name, each in books.people.items() if role in each.roles and not each.suspended}
        for role in SOVEREIGN
    ]
    need(any(one != other for one in ruling[0] for other in ruling[1]), Code.SOVEREIGN_ROLE_EMPTY)


def _still_serves(books: Books, name: str) -> bool:
    person = books.people[name]
    return not person.suspended and may_serve(person.roles, is_client=True)


@needs.register
def _(act: OpenAccount, books: Books, _consents: Consents) -> list[Need]:
    books.person(act.account.custodian)
    return [Signs(act.account.custodian)]


@carry.register
def _(act: OpenAccount, books: Books, _consents: Consents) -> None:
    new = act.account
    books.person(new.owner)
    need(new.name not in books.places, Code.ALREADY_EXISTS)
    is_client, is_omnibus = new.kind.value == "client", new.form.value == "omnibus"
    _may_serve(books, new.custodian, is_client=is_client)
    own = new.owner == new.custodian
    need(own if is_omnibus or not is_client else not own, Code.INVALID_ACCOUNT)
    _attested(books, new.attestation, is_client=is_client)
    books.places[new.name] = Place(
        new.name, new.owner, new.custodian, is_client, is_omnibus, *_who(new.attestation)
    )


def _who(said: Attestation) -> tuple[str, str, int | None]:
    return said.investor_class.value, said.jurisdiction, said.expires


def _attested(books: Books, said: Attestation, *, is_client: bool) -> None:
    lasts = not is_client if said.expires is None else said.expires >= books.today
    need(lasts, Code.INVALID_ATTESTATION)


def _may_serve(books: Books, name: str, *, is_client: bool) -> None:
    roles = books.people[name].roles
    need(may_serve(roles, is_client=is_client), Code.WRONG_ROLE)
    need("distributor" not in roles or name in books.limits, Code.NO_LIMITS)


@needs.register
def _(act: Attest, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.account).custodian)]


@carry.register
def _(act: Attest, books: Books, _consents: Consents) -> None:
    before = books.place(act.account)
    _attested(books, act.attestation, is_client=before.is_client)
    investor, country, expires = _who(act.attestation)
    books.places[act.account] = before._replace(investor=investor, country=country, expires=expires)


def _handed_over(books: Books, place: Place, custodian: str) -> Place:
    """Let another custodian serve an account, the last of those it has."""
    after = place._replace(custodian=custodian)
    after = after._replace(owner=custodian) if place.is_omnibus else after
    del books.places[place.name]
    books.places[place.name] = after
    return after


@needs.register
def _(act: MoveAccount, books: Books, _consents: Consents) -> list[Need]:
    place = books.place(act.account)
    books.person(act.custodian)
    return [Signs(place.owner), Signs(act.custodian)]


@carry.register
def _(act: MoveAccount, books: Books, _consents: Consents) -> None:
    place = books.place(act.account)
    need(place.is_client and not place.is_omnibus, Code.INVALID_ACCOUNT)
    need(place.custodian != act.custodian, Code.INVALID_ACCOUNT)
    _may_serve(books, act.custodian, is_client=True)
    before = books.copied()
    after = _handed_over(books, place, act.custodian)
    against: list[Code] = []
    brought = before.copied()
    for (account, asset), amount in books.held.items():
        if account == place.name:
            kind = books.asset(asset)
            against += serving(brought, kind, place, after, amount)
            against += ruled(before, kind, place, after, amount, travel=False)
            brought = _brought(brought, place, after, asset)
    if against:
        raise Stop(against)


def _brought(books: Books, place: Place, after: Place, asset: str) -> Books:
    """Return books in which an instrument has moved already, into an account beside the old one."""
    moved, beside = books.copied(), after._replace(name=f"{place.name} moved")
    moved.places[beside.name] = beside
    moved.held[beside.name, asset] = moved.held.pop((place.name, asset))
    return moved


@needs.register
def _(act: MoveClients, books: Books, _consents: Consents) -> list[Need]:
    books.person(act.target)
    decided = books.successors.get(act.source)
    is_known = decided is not None and decided[0] == act.target
    return [Signs(act.target), *([] if is_known else [Approves("move-clients")])]


@carry.register
def _(act: MoveClients, books: Books, _consents: Consents) -> None:
    books.person(act.source)
    need(not _still_serves(books, act.source), Code.STILL_SERVES)
    roles = books.people[act.target].roles
    need("custodian" in roles and "distributor" not in roles, Code.WRONG_ROLE)
    before = books.successors.get(act.source)
    need(before is None or before[1] != books.height, Code.ONE_BATCH_PER_BLOCK)
    books.successors[act.source] = (act.target, books.height)
    clients = [
        place
        for place in books.places.values()
        if place.custodian == act.source and place.is_client
    ]
    for place in clients[: act.most]:
        _handed_over(books, place, act.target)


@needs.register
def _(_act: SetLimits, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-limits")]


@carry.register
def _(act: SetLimits, books: Books, _consents: Consents) -> None:
    need("distributor" in books.person(act.distributor).roles, Code.WRONG_ROLE)
    books.limits[act.distributor] = _limits(books, act.limits)


def _limits(books: Books, limits: Limits) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for instrument in limits.instruments:
        books.asset(instrument.instrument)
        found["instrument", instrument.instrument] = instrument.most
    for total in limits.totals:
        need(books.asset(total.cash).kind == "cash", Code.NOT_CASH)
        found["total", total.cash] = total.most
    for country in limits.jurisdictions:
        need(books.asset(country.cash).kind == "cash", Code.NOT_CASH)
        found["country", country.jurisdiction, country.cash] = country.most
    return found
