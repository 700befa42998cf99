"""An act of which everybody has notice: alpha gets another key."""

from typing import Final

from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import ParticipantKey
from amanat.ledger.operations import ReplaceKeys
from tests.ledger.world import START, public_key

RECOVERY: Final = ReplaceKeys("alpha", (ParticipantKey(public_key("alpha new"), 1, None),), 1)
EXPIRES: Final = START + 30 * DAY_MS
