"""`amanat event list`."""

import json
import signal
import subprocess
import sys

from tests.node.cli.market import Market
from tests.node.cli.running import Amanat


def test_events_are_told_in_order_and_gone_on_from(amanat: Amanat, market: Market) -> None:
    told = amanat("event", "list", "--api", market.api, "-o", "json").json
    places = [(each["height"], each["transaction"], each["index"]) for each in told]
    assert len(set(places)) == len(places) > 1
    assert [place[0] for place in places] == sorted(place[0] for place in places)
    for at in (0, len(told) // 2, len(told) - 1):
        rest = amanat(
            "event", "list", "--after", told[at]["cursor"], "--api", market.api, "-o", "json"
        )
        assert rest.json == told[at + 1 :]


def test_they_are_filtered_and_printed_for_people(amanat: Amanat, market: Market) -> None:
    wish = ("--name", "instrument-registered", "--instrument", "PKR")
    ended = amanat("event", "list", *wish, "--api", market.api)
    heading, line = ended.out.splitlines()
    assert heading.split() == ["height", "time", "name", "fields"]
    assert "instrument-registered" in line
    assert "instrument PKR" in line
    assert ended.err.startswith("go on with --after ")


def test_what_is_no_cursor_is_refused_in_one_line(amanat: Amanat, market: Market) -> None:
    assert "no cursor" in amanat("event", "list", "--after", "x!", "--api", market.api).failed(5)
    unknown = amanat("event", "list", "--name", "x", "--api", market.api).failed(5)
    assert "no event is called x" in unknown


def test_they_are_followed_until_interrupted(market: Market) -> None:
    command = [
        sys.executable,
        "-m",
        "amanat.node",
        "event",
        "list",
        "--follow",
        "--api",
        market.api,
    ]
    with subprocess.Popen([*command, "-o", "jsonl"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        running.stdout.read()
        assert running.wait() == 0
    assert first["cursor"]
