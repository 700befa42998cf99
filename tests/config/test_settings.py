"""A node's settings: what a good file says, and how each mistake in one is named."""

from pathlib import Path

import pytest

from amanat.config.settings import (
    ApiListener,
    NodeSettings,
    OperatorsListener,
    PeerListener,
    Readers,
    SettingsError,
    load_settings,
    split_address,
)

GOOD = """name = "mof"
data = "data"
genesis = "genesis.json"
key = "keys/mof.json"
passphrase_file = "/etc/amanat/passphrase"
log_level = "warning"

[peer]
listen = "0.0.0.0:7101"

[api]
listen = "127.0.0.1:8101"
url = "http://127.0.0.1:8101"

[peers]
sbp = "sbp.example:7101"
cdc = "192.0.2.7:65535"
"""


def written(directory: Path, text: str) -> Path:
    path = directory / "node.toml"
    path.write_text(text)
    return path


def refusal(directory: Path, old: str, new: str) -> str:
    """Return why settings that are good but for one change are refused: one line, with the file."""
    assert GOOD.count(old) == 1
    path = written(directory, GOOD.replace(old, new))
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    message = str(refused.value)
    assert len(message.splitlines()) == 1
    assert message.startswith(str(path))
    return message.removeprefix(str(path)).lstrip(": ")


def test_a_good_file_says_everything_that_a_node_is_told(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD)) == NodeSettings(
        name="mof",
        data=str(tmp_path / "data"),
        genesis=str(tmp_path / "genesis.json"),
        key=str(tmp_path / "keys" / "mof.json"),
        passphrase_file="/etc/amanat/passphrase",
        peer=PeerListener("0.0.0.0:7101"),
        api=ApiListener("127.0.0.1:8101", "http://127.0.0.1:8101"),
        peers={"sbp": "sbp.example:7101", "cdc": "192.0.2.7:65535"},
        log_level="warning",
    )


def test_the_log_level_is_info_unless_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace('log_level = "warning"\n', ""))
    assert load_settings(path).log_level == "info"


def test_no_page_may_ask_from_a_browser_unless_its_origin_is_named(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD)).api.cors_origins == ()
    named = GOOD.replace("url =", 'cors_origins = ["https://office.example:8443"]\nurl =')
    found = load_settings(written(tmp_path, named)).api.cors_origins
    assert found == ("https://office.example:8443",)
    for wrong in ("*", "office.example", "https://office.example/", "https://*.example", "null"):
        listed = GOOD.replace("url =", f'cors_origins = ["{wrong}"]\nurl =')
        with pytest.raises(SettingsError, match="cors_origins"):
            load_settings(written(tmp_path, listed))


def test_readers_must_be_permitted_unless_it_is_said(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD)).api.readers is Readers.PERMITTED
    opened = GOOD.replace("url =", 'readers = "anyone"\nurl =')
    assert load_settings(written(tmp_path, opened)).api.readers is Readers.ANYONE
    wrong = GOOD.replace("url =", 'readers = "all"\nurl =')
    with pytest.raises(SettingsError, match=r"Invalid enum value 'all'"):
        load_settings(written(tmp_path, wrong))


def test_paths_are_relative_to_the_file_from_wherever_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    here = load_settings(Path("node.toml"))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert load_settings(Path("../node.toml")) == here
    assert here.genesis == str(tmp_path / "genesis.json")


def test_a_missing_file_is_named_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"node\.toml does not exist: run `amanat init`"):
        load_settings(tmp_path / "node.toml")


@pytest.mark.parametrize(
    "content", [b"name = ", b"{}", b"\xff\xfe", b"a = 1\na = 2", b"a = " + b"[" * 100_000]
)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "node.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"node\.toml cannot be read: ") as refused:
        load_settings(tmp_path / "node.toml")
    assert len(str(refused.value).splitlines()) == 1


def test_a_directory_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: "):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("data =", "dta =", "unknown setting 'dta'; did you mean 'data'?"),
        ("[peers]", "[pers]", "unknown setting 'pers'; did you mean 'peers'?"),
        ("log_level", "loglevel", "unknown setting 'loglevel'; did you mean 'log_level'?"),
        ("url =", "ulr =", "[api] unknown setting 'ulr'; did you mean 'url'?"),
        (
            'listen = "0.0.0.0:7101"',
            'lisen = "0.0.0.0:7101"',
            "[peer] unknown setting 'lisen'; did you mean 'listen'?",
        ),
        (
            "log_level",
            "colour",
            "unknown setting 'colour'; known are name, data, genesis, key, peer, ",
        ),
    ],
)
def test_an_unknown_setting_is_refused_with_the_likely_one(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert refusal(tmp_path, old, new).startswith(reason)


@pytest.mark.parametrize(
    ("old", "name"),
    [
        ('name = "mof"\n', "name"),
        ('data = "data"\n', "data"),
        ('genesis = "genesis.json"\n', "genesis"),
        ('key = "keys/mof.json"\n', "key"),
        ('passphrase_file = "/etc/amanat/passphrase"\n', "passphrase_file"),
        ('listen = "0.0.0.0:7101"\n', "listen"),
        ('url = "http://127.0.0.1:8101"\n', "url"),
        ('[peers]\nsbp = "sbp.example:7101"\ncdc = "192.0.2.7:65535"\n', "peers"),
    ],
)
def test_a_missing_setting_is_named(tmp_path: Path, old: str, name: str) -> None:
    assert f"missing required field `{name}`" in refusal(tmp_path, old, "")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name = "mof"', "name = 7", "$.name"),
        ('name = "mof"', 'name = "Ministry of Finance"', "$.name"),
        ('data = "data"', 'data = ["data"]', "$.data"),
        ('log_level = "warning"', "log_level = true", "$.log_level"),
        ('"http://127.0.0.1:8101"', '"127.0.0.1:8101"', "$.api.url"),
        ('"http://127.0.0.1:8101"', "8101", "$.api.url"),
        ('sbp = "sbp.example:7101"', "sbp = 7101", "$.peers"),
        ('sbp = "sbp.example:7101"', 'SBP = "sbp.example:7101"', "$.peers"),
    ],
)
def test_a_value_of_the_wrong_form_is_named_by_its_place(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    assert place in refusal(tmp_path, old, new)


ADDRESSES = ['"0.0.0.0:7101"', '"127.0.0.1:8101"', '"sbp.example:7101"']


@pytest.mark.parametrize("old", ADDRESSES)
@pytest.mark.parametrize("port", [0, 65_536, 99_999])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, old: str, port: int) -> None:
    host = old.strip('"').split(":")[0]
    reason = refusal(tmp_path, old, f'"{host}:{port}"')
    assert reason == f"{host}:{port} has no port from 1 to 65535"


@pytest.mark.parametrize("old", ADDRESSES)
@pytest.mark.parametrize(
    "address",
    ["", "host", "host:", ":7101", "host:port", "host:-1", "host:123456", "a host:1", "a/b:1",
     "http://host:1", "host:1\\n", "::1:7101", "host:٣"],
)  # fmt: skip
def test_what_is_no_host_and_port_is_refused(tmp_path: Path, old: str, address: str) -> None:
    assert "Expected `str` matching regex" in refusal(tmp_path, old, f'"{address}"')


def test_an_unknown_log_level_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    reason = refusal(tmp_path, '"warning"', '"loud"')
    assert reason == "log_level is 'loud'; it may be debug, info, warning, error"


def test_a_node_is_not_its_own_peer(tmp_path: Path) -> None:
    assert refusal(tmp_path, "sbp = ", "mof = ") == "[peers] names this node itself, mof"


def test_an_address_is_split_at_its_colon() -> None:
    assert split_address("sbp.example:7101") == ("sbp.example", 7101)


def test_a_key_in_a_hardware_module_needs_no_passphrase_file(tmp_path: Path) -> None:
    uri = "pkcs11:token=amanat;object=mof?module-path=/opt/hsm.so&pin-source=/etc/amanat/pin"
    text = GOOD.replace("keys/mof.json", uri)
    text = text.replace('passphrase_file = "/etc/amanat/passphrase"\n', "")
    (tmp_path / "node.toml").write_text(text)
    loaded = load_settings(tmp_path / "node.toml")
    assert (loaded.key, loaded.passphrase_file) == (uri, None)


def test_operators_are_served_where_the_settings_say_or_nowhere(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD)).operators is None
    more = GOOD.replace("[peers]", '[operators]\nlisten = "127.0.0.1:9101"\n\n[peers]')
    assert load_settings(written(tmp_path, more)).operators == OperatorsListener("127.0.0.1:9101")
    more = GOOD.replace("[peers]", '[operators]\nlsten = "127.0.0.1:9101"\n\n[peers]')
    with pytest.raises(SettingsError, match=r"\[operators\] unknown setting 'lsten'; did you mean"):
        load_settings(written(tmp_path, more))


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8101", "0.0.0.0:7101", "127.0.0.1:7101", "0.0.0.0:8101"]
)
def test_no_two_listeners_have_one_port_of_one_address(tmp_path: Path, address: str) -> None:
    more = GOOD.replace("[peers]", f'[operators]\nlisten = "{address}"\n\n[peers]')
    with pytest.raises(SettingsError, match="two of peer, api and operators are to listen on port"):
        load_settings(written(tmp_path, more))


def test_limits_and_proxies_have_bounds_and_forms(tmp_path: Path) -> None:
    api = load_settings(written(tmp_path, GOOD)).api
    assert (api.requests_per_second, api.burst, api.trusted_proxies) == (500.0, 2_000, ())
    told = 'requests_per_second = 0\nburst = 7\ntrusted_proxies = ["10.0.0.0/8"]\nurl ='
    api = load_settings(written(tmp_path, GOOD.replace("url =", told))).api
    assert (api.requests_per_second, api.burst, api.trusted_proxies) == (0, 7, ("10.0.0.0/8",))
    for wrong in ("requests_per_second = -1", "burst = 0", 'trusted_proxies = ["10.0.0.0/99"]'):
        with pytest.raises(SettingsError, match=wrong.split(" ")[0]):
            load_settings(written(tmp_path, GOOD.replace("url =", f"{wrong}\nurl =")))


# HTTPS.

PAIR = 'tls_certificate = "api.pem"\ntls_key = "/etc/amanat/api.key"\n'
HTTPS = GOOD.replace('url = "http://', PAIR + 'url = "https://')


def test_https_takes_a_certificate_and_its_key_relative_to_the_file(tmp_path: Path) -> None:
    operators = f'[operators]\nlisten = "127.0.0.1:9101"\n{PAIR}'
    settings = load_settings(written(tmp_path, HTTPS.replace("[peers]", operators + "[peers]")))
    pair = (str(tmp_path / "api.pem"), "/etc/amanat/api.key")
    assert (settings.api.tls_certificate, settings.api.tls_key) == pair
    assert settings.operators == OperatorsListener("127.0.0.1:9101", *pair)


@pytest.mark.parametrize("missing", ["tls_certificate", "tls_key"])
def test_one_without_the_other_is_refused(tmp_path: Path, missing: str) -> None:
    lines = [line for line in HTTPS.splitlines() if not line.startswith(missing)]
    with pytest.raises(SettingsError) as refused:
        load_settings(written(tmp_path, "\n".join(lines)))
    assert str(refused.value).endswith(
        f"[api] {missing} is missing: HTTPS takes certificate and key, HTTP neither"
    )


def test_who_serves_https_says_so_in_his_url(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(written(tmp_path, HTTPS.replace("https://", "http://")))
    assert str(refused.value).endswith(
        "[api] url is http://127.0.0.1:8101; with tls_certificate it begins with https://"
    )


def test_behind_a_proxy_that_has_the_certificate_a_node_needs_none(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD.replace("http://", "https://")))
    assert (settings.api.url, settings.api.tls_certificate) == ("https://127.0.0.1:8101", None)


def test_a_likely_name_is_offered_for_a_wrong_one(tmp_path: Path) -> None:
    told = refusal(tmp_path, "url =", 'tls_cert = "api.pem"\nurl =')
    assert told == "[api] unknown setting 'tls_cert'; did you mean 'tls_certificate'?"
