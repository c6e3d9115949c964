"""The table of identity mechanisms: each name in the settings builds its mechanism."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from connector.app.identities import MECHANISMS, MockParticipants, StaticTokens, Wiring, build_identity, make_seen_lists
from connector.app.parts import OWNER, read_clock
from connector.identity.listing.seen import SeenList
from connector.identity.listing.sources import RosterRejected
from connector.identity.roster import AcceptedRoster
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.ports.identity import Intent, Mechanism, Participant
from connector.settings import Mode, SettingsError
from tests.pair.space import SOON, Space, participant


async def built(
    space: Space, *, mode: Mode = Mode.PRODUCTION, store: Path | None = None, **identity: object
) -> Mechanism:
    plain = space.settings("city", SOON)
    settings = replace(
        plain,
        mode=mode,
        store=plain.store if store is None else replace(plain.store, path=store),
        identity=replace(plain.identity, **identity),
    )
    client = GuardedClient(net_policy(), space.wire)
    return await build_identity(Wiring(owner=OWNER, settings=settings, client=client, clock=read_clock))


async def test_the_participant_list_is_in_use_and_its_version_remembered_beside_the_store(space: Space) -> None:
    identity = await built(space, mechanism="roster")
    assert identity.problem() is None
    assert identity.participant(participant("firm")) is not None
    file = space.base / "city" / "store.roster.json"
    assert msgspec.json.decode(file.read_bytes(), type=AcceptedRoster).version == 1
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder into which nobody can write")
async def test_a_folder_of_the_store_that_takes_no_file_is_told_with_its_setting(space: Space) -> None:
    with pytest.raises(SettingsError, match=r"/proc.*`store\.path`"):
        await built(space, store=Path("/proc/x.sqlite"), mechanism="roster")


async def test_a_version_that_was_remembered_keeps_an_older_list_out(space: Space) -> None:
    seen = AcceptedRoster(version=7, digest="")
    (space.base / "city" / "store.roster.json").write_bytes(msgspec.json.encode(seen))
    with pytest.raises(RosterRejected, match="older than 7"):
        await built(space, mechanism="roster")


def test_the_newest_status_lists_are_kept_beside_the_store_and_an_older_one_is_known_after_a_restart(
    space: Space, caplog: pytest.LogCaptureFixture
) -> None:
    settings, file = space.settings("city", SOON), space.base / "city" / "store.statuses.json"
    place = ("did:web:city.example:authority", "https://city.example/authority/status")
    make_seen_lists(settings).note(*place, SeenList(20, "b"), 30)
    assert file.stat().st_mode & 0o777 == 0o600
    again = make_seen_lists(settings)
    assert again.is_undone(*place, SeenList(10, "a"), 30)
    assert not again.is_undone(*place, SeenList(30, "c"), 30)
    file.write_text("{")
    with pytest.raises(SettingsError, match=r"store\.statuses\.json.*cannot be read"):
        make_seen_lists(settings)
    file.unlink()
    file.mkdir()
    again.note(*place, SeenList(30, "c"), 30)
    assert "cannot be written" in caplog.text
    assert again.is_undone(*place, SeenList(10, "a"), 30)


async def test_fixed_tokens_come_from_a_file_and_only_in_development(space: Space) -> None:
    listed = Participant(id=participant("firm"), name="Firm", address=None)
    tokens = StaticTokens(own="token-of-the-city", participants=(listed,), tokens={listed.id: "token-of-the-firm"})
    file = space.base / "tokens.json"
    file.write_bytes(msgspec.json.encode(tokens))
    identity = await built(space, mode=Mode.DEVELOPMENT, mechanism="static-token", tokens=file)
    assert (await identity.authenticate("Bearer token-of-the-firm", Intent.CATALOG)).participant == listed.id
    with pytest.raises(ValueError, match="development"):
        await built(space, mechanism="static-token", tokens=file)


async def test_mock_tokens_name_the_participants_of_a_file_and_only_in_development(space: Space) -> None:
    file = space.base / "participants.json"
    listed = Participant(id=participant("firm"), name="Firm", address=None)
    file.write_bytes(msgspec.json.encode(MockParticipants(participants=(listed,))))
    identity = await built(space, mode=Mode.DEVELOPMENT, mechanism="mock-token", tokens=file)
    token = f'{{"clientId": "{listed.id}"}}'
    assert (await identity.authenticate(token, Intent.CATALOG)).participant == listed.id
    with pytest.raises(ValueError, match="development"):
        await built(space, mechanism="mock-token", tokens=file)


async def test_an_unknown_mechanism_is_named_with_those_that_exist(space: Space) -> None:
    with pytest.raises(SettingsError) as caught:
        await built(space, mechanism="handshake")
    assert "handshake" in str(caught.value)
    assert all(name in str(caught.value) for name in MECHANISMS)


async def test_a_store_in_a_folder_that_does_not_exist_is_named_by_its_setting(space: Space) -> None:
    plain = space.settings("city", SOON)
    store = replace(plain.store, path=space.base / "none" / "store.sqlite")
    client = GuardedClient(net_policy(), space.wire)
    wiring = Wiring(owner=OWNER, settings=replace(plain, store=store), client=client, clock=read_clock)
    with pytest.raises(SettingsError, match=r"`store\.path`"):
        await build_identity(wiring)


async def test_the_private_key_is_read_once(space: Space) -> None:
    settings = space.settings("city", SOON)
    client = GuardedClient(net_policy(), space.wire)
    wiring = Wiring(owner=OWNER, settings=settings, client=client, clock=read_clock)
    await build_identity(wiring)
    kid = wiring.key.kid
    settings.identity.key.unlink()
    assert wiring.key.kid == kid
