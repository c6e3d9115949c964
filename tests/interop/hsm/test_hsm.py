"""A key in a token that speaks PKCS #11: SoftHSM2, which makes it, signs with it, and does not give it away."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.connector import build
from connector.app.readiness import Readiness
from connector.authority import roster
from connector.client.frame.errors import NotReachable
from connector.controlplane.core.documents import make_catalog_offer, make_message_offer
from connector.controlplane.usecases.negotiation import ask
from connector.identity.jws import has_signed, sign, verify_document
from connector.identity.keeping import hardware
from connector.identity.keys import (
    ALGORITHMS,
    KeyFault,
    SigningKey,
    examine_key,
    generate,
    generate_in_token,
    load_from_token,
    public_jwk,
    save_private,
)
from connector.language.catalogue import find_translation, translate_text
from connector.settings import HardwareSettings
from tests.app.conftest import listening
from tests.pair.space import SOON, Space, begin, participant

pytestmark = pytest.mark.hsm

PIN, TOKEN, LABEL = "4711-canary", "city", "datenkontor"
PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of SoftHSM2, with one token."""
    found = next((Path(place) for place in PLACES if Path(place).exists()), None)
    program = shutil.which("softhsm2-util")
    assert found is not None, "SoftHSM2 is absent: apt-get install softhsm2"
    assert program is not None, "SoftHSM2 is absent: apt-get install softhsm2"
    base = tmp_path_factory.mktemp("softhsm")
    (base / "tokens").mkdir()
    (base / "softhsm2.conf").write_text(f"directories.tokendir = {base / 'tokens'}\nobjectstore.backend = file\n")
    # The library reads its settings once for a process.
    os.environ["SOFTHSM2_CONF"] = str(base / "softhsm2.conf")
    made = [program, "--init-token", "--free", "--label", TOKEN, "--so-pin", "0815", "--pin", PIN]
    subprocess.run(made, check=True, capture_output=True, timeout=30)
    return found


@pytest.fixture(scope="module", params=ALGORITHMS)
def key(module: Path, request: pytest.FixtureRequest) -> SigningKey:
    return generate_in_token(module, TOKEN, f"{LABEL}-{request.param}", PIN, request.param)


def test_a_key_in_a_token_signs_as_one_in_a_file_does(key: SigningKey) -> None:
    text = sign(key, b'{"a": 1}', kind="x+jws")
    assert verify_document(text.encode(), kind="x+jws", keys=(key.verification,), limit=4096).payload == b'{"a": 1}'
    assert not has_signed(key.verification, b"another", b"0" * 64)


def test_the_next_process_finds_the_same_key(module: Path, key: SigningKey) -> None:
    assert load_from_token(module, TOKEN, f"{LABEL}-{key.algorithm}", PIN).kid == key.kid


def test_a_key_in_a_token_is_not_written_to_a_file(key: SigningKey, tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="never leaves it"):
        save_private(tmp_path / "key.pem", key)
    assert not (tmp_path / "key.pem").exists()


def test_the_token_does_not_give_a_key_away(module: Path, key: SigningKey) -> None:
    import pkcs11

    with pkcs11.lib(str(module)).get_token(token_label=TOKEN).open() as session:
        found = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=f"{LABEL}-{key.algorithm}")
        assert (found[pkcs11.Attribute.EXTRACTABLE], found[pkcs11.Attribute.SENSITIVE]) == (False, True)
        with pytest.raises(pkcs11.PKCS11Error):
            _ = found[pkcs11.Attribute.VALUE]


def test_a_second_key_of_one_label_is_not_made(module: Path, key: SigningKey) -> None:
    with pytest.raises(KeyFault, match="already"):
        generate_in_token(module, TOKEN, f"{LABEL}-{key.algorithm}", PIN)


@pytest.mark.parametrize(
    ("token", "label", "pin", "said"),
    [
        ("other", LABEL, PIN, "cannot be opened"),
        (TOKEN, "none", PIN, "no usable key"),
    ],
)
def test_what_is_wrong_with_a_token_is_said_without_its_pin(
    module: Path, token: str, label: str, pin: str, said: str
) -> None:
    with pytest.raises(KeyFault, match=said) as fault:
        load_from_token(module, token, label, pin)
    assert pin not in str(fault.value)


def test_a_wrong_pin_opens_nothing_and_is_not_repeated(module: Path) -> None:
    # Another process: this one has signed in.
    code = (
        f"from connector.identity.keys import *; load_from_token({str(module)!r}, {TOKEN!r}, {LABEL!r}, 'wrong-4711')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, "cannot be opened" in run.stderr) == (1, True)
    assert "wrong-4711" not in run.stderr.splitlines()[-1]


def test_a_library_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyFault, match="cannot be opened"):
        load_from_token(tmp_path / "none.so", TOKEN, LABEL, PIN)


def test_a_token_that_was_away_signs_again_when_it_is_back(
    module: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    away = tokens.rename(tokens.with_name("away"))
    monkeypatch.setattr(hardware, "AGAIN_S", 0.0)
    for _ in range(2):
        with pytest.raises(hardware.HardwareFault, match="token") as fault:
            sign(key, b"{}", kind="x+jws")
        assert PIN not in str(fault.value)
    away.rename(tokens)
    text = sign(key, b"{}", kind="x+jws")
    assert verify_document(text.encode(), kind="x+jws", keys=(key.verification,), limit=4096).payload == b"{}"
    # The library has begun anew: a key that was opened before it finds its way too.
    other = load_from_token(module, TOKEN, f"{LABEL}-{key.algorithm}", PIN)
    assert sign(other, b"{}", kind="x+jws")
    assert sign(key, b"{}", kind="x+jws")


def test_who_looks_is_told_that_the_token_is_away_and_why(
    module: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "AGAIN_S", 0.0)
    assert examine_key(key) is None
    assert examine_key(generate()) is None
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    away = tokens.rename(tokens.with_name("away"))
    told = str(examine_key(key))
    away.rename(tokens)
    assert "token" in told.lower()
    assert PIN not in told
    assert translate_text("de", told) != told
    assert examine_key(key) is None


async def test_ready_says_that_the_token_is_away(module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "AGAIN_S", 0.0)
    generate_in_token(module, TOKEN, "ready", PIN)
    space = Space(tmp_path)
    space.found("city")
    settings = listening(space, "city")
    kept = HardwareSettings(module=module, token=TOKEN, label="ready")
    monkeypatch.setenv("TOKEN_PIN", PIN)
    identity = replace(settings.identity, hardware=kept, secret_variable="TOKEN_PIN")
    connector = await build(replace(settings, identity=identity), transport=space.wire)
    evaluator = connector.enforcer.evaluator
    look = Readiness(connector.parts, evaluator, connector.worker, connector.dataplane, connector.tasks).warnings()
    assert await look["key"]() is None
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    away = tokens.rename(tokens.with_name("away"))
    told = str(await look["key"]())
    away.rename(tokens)
    assert "token" in told.lower()
    assert await look["key"]() is None
    await connector.stop()


def list_key(space: Space, name: str, key: SigningKey) -> None:
    """Put another key of a member on the participant list."""
    members = json.loads((space.base / "members.json").read_bytes())
    for member in members["members"]:
        if member["id"] == participant(name):
            member["keys"] = [public_jwk(key)]
    (space.base / "members.json").write_text(json.dumps(members))
    roster.publish(space.base / "members.json", space.base / "roster.jws", space.keys["broker"], now=datetime.now(UTC))


async def test_while_the_token_is_away_a_person_is_told_so_and_what_is_owed_is_sent_when_it_is_back(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "AGAIN_S", 0.0)
    monkeypatch.setenv("TOKEN_PIN", PIN)
    space = Space(tmp_path)
    space.found("city", "firm")
    list_key(space, "firm", generate_in_token(module, TOKEN, "owes", PIN))
    kept = HardwareSettings(module=module, token=TOKEN, label="owes")
    plain = space.settings("firm", SOON)
    identity = replace(plain.identity, hardware=kept, secret_variable="TOKEN_PIN")
    usual = space.settings
    chosen = {"firm": replace(plain, identity=identity)}
    monkeypatch.setattr(space, "settings", lambda name, *more: chosen.get(name) or usual(name, *more))
    city, firm = await space.join("city", SOON), await space.join("firm", SOON)
    begin(city)
    begin(firm)
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    try:
        asset = await city.offers(policy={"permission": [{"action": "use"}]})
        away = tokens.rename(tokens.with_name("away"))
        try:
            with pytest.raises(NotReachable, match="does not sign, nothing was sent") as told:
                await firm.api.catalog.dataset(city.id, asset.id)
            assert told.value.code == "key-away"
            assert "signiert nicht" in find_translation("de", "codes", told.value.code)
            known = firm.connector.parts.identity.participant(city.id)
            assert known is not None
            assert known.address is not None
            offer = make_message_offer(
                make_catalog_offer(b'{"permission":[{"action":"use"}]}', offer_id=asset.offer_id),
                offer_id=asset.offer_id,
                target=asset.id,
                assigner=city.id,
                assignee=firm.id,
            )
            asked = await ask(firm.connector.context, city.id, known.address, offer)
            tried = await firm.tries(asked.id)
            assert tried.pending is not None
            assert "token" in tried.pending.fault.lower()
        finally:
            away.rename(tokens)
        await firm.reaches(asked.id, "FINALIZED")
    finally:
        for name in list(space.members):
            await space.leave(name)


def test_a_lost_token_is_not_asked_for_each_signature(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Path(os.environ["SOFTHSM2_CONF"]).parent / "tokens"
    away = tokens.rename(tokens.with_name("away"))
    asked: list[str] = []
    find = hardware._find_key
    monkeypatch.setattr(hardware, "_find_key", lambda *words: asked.append("asked") or find(*words))
    monkeypatch.setattr(hardware, "AGAIN_S", 3600.0)
    try:
        for _ in range(5):
            with pytest.raises(hardware.HardwareFault):
                sign(key, b"{}", kind="x+jws")
    finally:
        away.rename(tokens)
    assert len(asked) <= 2, "one attempt: plainly, and with the library begun anew"
    monkeypatch.setattr(hardware, "AGAIN_S", 0.0)
    assert sign(key, b"{}", kind="x+jws")
