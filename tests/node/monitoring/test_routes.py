"""What a real node shows to whoever watches it."""

import re
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from amanat.ledger.operations import Transfer
from amanat.node.monitoring.routes import PATHS
from tests.ledger.world import RUPEE
from tests.node.monitoring.scrape import names, samples, value
from tests.node.network import LocalNetwork, eventually, network


async def scraped(running: LocalNetwork, name: str) -> str:
    async with (
        ClientSession() as session,
        session.get(running.operators_url(name) + "/metrics") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return await answer.text()


async def test_each_node_shows_where_it_is(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        leader = await running.led()
        texts = {name: await scraped(running, name) for name in running.names}
        for name, text in texts.items():
            node = running.nodes[name]
            height = node.chain.final.height
            assert value(text, "amanat_applied_height") == height
            assert value(text, "amanat_final_height") == height
            assert value(text, "amanat_certified_lag_blocks") == 0
            assert value(text, "amanat_blocks_final_total") == height
            assert value(text, "amanat_term") == node.status.term
            assert value(text, "amanat_leader_known") == 1
            assert value(text, "amanat_ready") == 1
            assert value(text, "amanat_diverged") == 0
            assert value(text, "amanat_evidence") == 0
            assert value(text, "amanat_peers") == value(text, "amanat_peers_connected") == 2
            assert value(text, "amanat_disk_write_seconds_count", {"write": "state"}) > 0
            expires = value(text, "amanat_certificate_expires_timestamp_seconds", {"use": "peers"})
            assert expires == (node.certificate.issued_at.timestamp() + 7 * 86_400)
            role = "leader" if node is leader else "follower"
            roles = {r: value(text, "amanat_role", {"role": r}) for r in ("leader", "follower")}
            assert roles == {"leader": 0, "follower": 0} | {role: 1}
        assert sum(value(text, "amanat_elections_won_total") for text in texts.values()) >= 1


async def test_a_learner_and_a_node_without_a_leader_say_so(tmp_path: Path) -> None:
    async with network(tmp_path, newcomers=["custodian-a"]) as running:
        await running.start("custodian-a")
        text = await scraped(running, "custodian-a")
        assert value(text, "amanat_role", {"role": "learner"}) == 1
        assert value(text, "amanat_leader_known") == 0
        assert value(text, "amanat_ready") == 0


async def test_outcomes_and_refusals_are_counted_where_they_happen(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        await running.do("alpha", Transfer("alpha", "beta", RUPEE, 10**15))
        async with ClientSession() as session:
            url = running.url("mof") + "/v1/transactions"
            kind = {"Content-Type": "application/msgpack"}
            async with session.post(url, data=b"nonsense", headers=kind) as answer:
                assert answer.status == 400
        await running.level()
        text = await scraped(running, "mof")
        refused = "amanat_transactions_rejected_total"
        assert [v for (name, _), v in samples(text).items() if name == refused] == [1]
        assert value(text, "amanat_submissions_refused_total", {"code": "malformed"}) == 1


async def test_requests_are_counted_by_route_and_never_by_what_they_name(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        async with ClientSession() as session:
            for path in ("/v1/accounts/alpha", "/v1/accounts/beta", "/nowhere/alpha", "/livez"):
                await (await session.get(running.url("mof") + path)).read()
            await (await session.request("PROPFIND", running.url("mof") + "/livez")).read()
        text = await scraped(running, "mof")
        name = "amanat_http_requests_total"
        account = {"method": "GET", "route": "/v1/accounts/{account}", "status": "200"}
        assert value(text, name, account) == 2
        assert value(text, name, {"method": "GET", "route": "none", "status": "404"}) == 1
        assert value(text, name, {"method": "other", "route": "none", "status": "405"}) == 1
        assert not re.search(r"alpha|beta|PROPFIND|nowhere", text)


async def test_every_name_is_ours_or_the_process_s_and_ends_as_is_usual(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        found = names(await scraped(running, "mof"))
    assert all(re.fullmatch(r"(amanat|process)_[a-z_]+", name) for name in found)
    assert not [name for name in found if re.search(r"_(ms|millis|mib|kb|percent)(_|$)", name)]


async def test_they_are_asked_without_saying_who_asks(tmp_path: Path) -> None:
    async with network(tmp_path) as running, ClientSession() as session:
        await running.open_market()
        for path in PATHS:
            async with session.get(running.operators_url("mof") + path) as answer:
                assert answer.status == 200


async def test_a_new_leader_and_a_lost_peer_are_counted(tmp_path: Path) -> None:
    async with network(tmp_path) as running:
        await running.open_market()
        leader = await running.led()
        watched = next(name for name in running.names if name != leader.name)
        before = value(await scraped(running, watched), "amanat_leader_changes_total")
        await running.stop(leader.name)
        await running.led()
        node = running.nodes[watched]
        await eventually(lambda: sum(p.connected for p in node.transport.status()) == 1)
        text = await scraped(running, watched)
        assert value(text, "amanat_leader_changes_total") > before
        assert value(text, "amanat_peers_connected") == 1


async def test_operators_read_what_they_need_and_clients_do_not(tmp_path: Path) -> None:
    async with network(tmp_path) as running, ClientSession() as session:
        await running.open_market()
        leader = await running.led()

        async def shown(path: str) -> Any:
            async with session.get(running.operators_url("mof") + path) as answer:
                assert answer.status == 200
                return await answer.json()

        status = await shown("/node/status")
        assert (status["name"], status["leader"]) == ("mof", leader.name)
        assert status["readiness"]["status"] == "ready"
        peers = await shown("/node/peers")
        assert {peer["name"]: peer["connected"] for peer in peers} == {"cdc": True, "sbp": True}
        assert all(peer["address"] and peer["since"].endswith("Z") for peer in peers)
        assert status["errors"] == []
        settings = await shown("/node/settings")
        assert settings["api"]["listen"] == running.url("mof").removeprefix("http://")
        for path in ("/metrics", "/node/status", "/node/peers", "/node/settings"):
            async with session.get(running.url("mof") + path) as answer:
                assert answer.status == 404, path
        for path in ("/v1/status", "/docs", "/"):
            async with session.get(running.operators_url("mof") + path) as answer:
                assert answer.status == 404, path


async def test_a_peer_that_is_gone_is_shown_with_when_and_why(tmp_path: Path) -> None:
    async with network(tmp_path) as running, ClientSession() as session:
        await running.led()
        await running.stop("cdc")
        transport = running.nodes["mof"].transport

        def connected() -> set[str]:
            return {each.name for each in transport.status() if each.connected}

        await eventually(lambda: connected() == {"sbp"})
        async with session.get(running.operators_url("mof") + "/node/peers") as answer:
            (gone,) = [each for each in await answer.json() if each["name"] == "cdc"]
        assert not gone["connected"]
        assert gone["error"]
