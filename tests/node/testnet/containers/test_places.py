"""Where the containers' nodes listen, and what lies where."""

from pathlib import Path

from amanat.node.testnet.containers.places import NODES, Places, api_port, api_url, peer_host


def test_every_api_has_a_port_of_its_own_that_the_test_network_on_this_machine_does_not_use() -> None:
    assert [api_port(node.name) for node in NODES] == [8201, 8202, 8203, 8204, 8205, 8206]
    assert api_url("secp") == "http://secp:8206"


def test_no_two_volumes_are_the_same_or_within_each_other() -> None:
    every = Places(Path("/network")).every()
    assert len(set(every)) == len(every) == 2 * len(NODES) + 1
    assert not any(one in two.parents for one in every for two in every)


def test_a_node_has_another_name_where_peers_alone_are() -> None:
    assert {peer_host(node.name) for node in NODES}.isdisjoint(node.name for node in NODES)
