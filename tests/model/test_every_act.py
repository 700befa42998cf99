"""Whatever the ledger can do is in the model: who must consent, what it changes, and asked for."""

from typing import get_args, get_type_hints

import pytest

from amanat.ledger.operations import AnyAct
from amanat.ledger.operations.acts import ACTS
from tests.model.acts import carry, needs
from tests.model.choices import COMMON, RARE
from tests.model.machine import CARRIED

ASKED_FOR = {
    act
    for choice in (*COMMON, *RARE)
    for returned in [get_type_hints(choice)["return"]]
    for act in get_args(returned) or (returned,)
}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: str(act.__name__))
def test_every_act_is_in_the_model(act: type[AnyAct]) -> None:
    said = {module.__name__ for module in CARRIED}
    assert needs.registry[act].__module__ in said
    assert carry.registry[act].__module__ in said
    assert act in ASKED_FOR
