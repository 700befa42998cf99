"""Every reason to refuse a transaction, at the door or by a rule: two closed lists."""

from enum import StrEnum

from amanat.ledger.receipts import Figures


class DoorCode(StrEnum):
    """Why a transaction is refused at the door and never enters a block."""

    MALFORMED = "malformed"
    """The bytes are not the canonical encoding of a signed transaction."""
    TOO_LARGE = "too_large"
    """It is longer than the network's limit."""
    TOO_MANY_OPERATIONS = "too_many_operations"
    """It holds more operations than the network's limit."""
    WRONG_CHAIN = "wrong_chain"
    """It is signed for another chain."""
    EXPIRED = "expired"
    """Its `valid_until` has passed."""
    VALID_TOO_LONG = "valid_too_long"
    """Its `valid_until` is further ahead than the network accepts."""
    UNKNOWN_KEY = "unknown_key"
    """A key that signed it belongs to no participant."""
    BAD_SIGNATURE = "bad_signature"
    """A signature does not verify."""
    ALREADY_EXECUTED = "already_executed"
    """It is in the chain; submitting it again gives its first outcome."""
    TOO_MANY_REJECTIONS = "too_many_rejections"
    """A participant that signed it has had too many transactions rejected this hour."""


class DoorRefusal(ValueError):  # noqa: N818 - a refusal, not a fault
    """A transaction is refused at the door; it changes nothing and is in no block."""

    def __init__(self, code: DoorCode, detail: str, **figures: int | str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.figures: Figures = figures


class RejectionCode(StrEnum):
    """The rule that refused an operation; it stands in the receipt."""

    UNKNOWN_PARTICIPANT = "unknown_participant"
    """No participant has this name."""
    UNKNOWN_ACCOUNT = "unknown_account"
    """No account has this name."""
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    """No instrument has this identifier."""
    ALREADY_EXISTS = "already_exists"
    """The name, identifier or key is taken."""
    MISSING_APPROVAL = "missing_approval"
    """Too few participants of a role signed for this act, as its policy asks."""
    MISSING_SIGNATURE = "missing_signature"
    """A participant whose consent is needed did not sign with enough of its keys."""
    MUST_BE_PROPOSED = "must_be_proposed"
    """Its policy gives notice before the act: it is proposed first, and executed later."""
    NOTICE_RUNS = "notice_runs"
    """The notice that its policy gives has not run out yet."""
    UNKNOWN_PROPOSAL = "unknown_proposal"
    """No proposal has this id."""
    PROPOSAL_CLOSED = "proposal_closed"
    """The proposal was executed or withdrawn, or its time has passed."""
    PROPOSAL_OPEN = "proposal_open"
    """The proposal still lacks approvals."""
    INVALID_PROPOSAL = "invalid_proposal"
    """The proposal holds nothing that can be proposed, or for too long."""
    INVALID_POLICY = "invalid_policy"
    """The policy contradicts itself or the constitution, or nobody could satisfy it."""
    SOVEREIGN_ROLE_EMPTY = "sovereign_role_empty"
    """Nobody active would have one of the sovereign roles, issuer and central bank."""
    INVALID_KEYS = "invalid_keys"
    """The keys cannot be a participant's: one cannot sign, belongs to another, or they are too
    few for the threshold."""
    INVALID_PARAMETERS = "invalid_parameters"
    """The limits contradict one another."""
    INVALID_CALENDAR = "invalid_calendar"
    """The calendar is not in order."""
    WRONG_DAY = "wrong_day"
    """It is not the business day that is open, or its calendar date is not over."""
    SUSPENDED = "suspended"
    """The participant is suspended."""
    NO_POLICY = "no_policy"
    """No policy says who may do this, so nobody may."""
    WRONG_ROLE = "wrong_role"
    """The participant does not have the role that this needs."""
    INVALID_PARTICIPANT = "invalid_participant"
    """The participant contradicts itself: a key that cannot sign, a wrong LEI, a bad list."""
    INVALID_TERMS = "invalid_terms"
    """The instrument's terms contradict one another or its identifier."""
    INVALID_ISIN = "invalid_isin"
    """The ISIN has a wrong form or check digit (ISO 6166)."""
    ATTESTATION_EXPIRED = "attestation_expired"
    """The custodian's attestation of the receiving holder has expired."""
    INVALID_ACCOUNT = "invalid_account"
    """The account's kind, form, owner and custodian do not go together."""
    INVALID_ATTESTATION = "invalid_attestation"
    """The attestation says what it may not: no expiry for a client, or one that has passed."""
    CLASS_NOT_ALLOWED = "class_not_allowed"
    """The instrument may not be held by investors of this class."""
    INSUFFICIENT_HOLDING = "insufficient_holding"
    """The account holds less than this would take."""
    UNKNOWN_ORDER = "unknown_order"
    """No legal order has this id."""
    INVALID_ORDER = "invalid_order"
    """The legal order contradicts itself, or its expiry is not what it may be."""
    ORDER_NOT_IN_FORCE = "order_not_in_force"
    """The legal order was lifted, or has expired."""
    TOO_MANY_ORDERS = "too_many_orders"
    """As many legal orders as may be are in force on the account or the instrument."""
    STOPPED = "stopped"
    """A legal order, which is named, stops the account, the holding or the instrument."""
    FROZEN = "frozen"
    """A legal order, which is named, freezes so much of the holding that too little is free."""
    FREEZES_TOO_MUCH = "freezes_too_much"
    """The legal order would freeze more than is neither reserved nor frozen."""
    OUT_OF_SCOPE = "out_of_scope"
    """The legal order does not concern this holding."""
    EXCEEDS_ORDER = "exceeds_order"
    """Together with what was taken before it is more than the legal order lets be taken."""
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    """A holding or total would leave the range of amounts."""
    NOT_A_MULTIPLE = "not_a_multiple"
    """The amount is not a multiple of the instrument's denomination."""
    CHANGE_UNDER_WAY = "change_under_way"
    """The authority set is changing already; the next change begins when that is complete."""
    INVALID_AUTHORITIES = "invalid_authorities"
    """The authorities that are to be cannot decide safely, or a name or a key is ambiguous."""
    NOT_READY = "not_ready"
    """A new voting member has not proved that it has caught up as a learner."""
    SAME_ACCOUNT = "same_account"
    """An account cannot settle with itself."""
    NOT_CASH = "not_cash"
    """The instrument to be paid with is not cash, or not the cash of these terms."""
    NOT_YET_MATURED = "not_yet_matured"
    """The instrument matures later than this ledger time."""
    ALREADY_MATURED = "already_matured"
    """The instrument has matured: no more of it can be issued."""


class Refused(Exception):  # noqa: N818 - the ordinary outcome of a rule, caught by the executor
    """A rule refuses an operation. It never leaves the ledger: the executor makes a receipt."""

    def __init__(self, code: RejectionCode, **figures: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.figures: Figures = figures
