"""The parts of a process: the secret beside the store, the limits, the address, and the refresh at intervals."""

import asyncio
import logging
import uuid
from functools import reduce
from operator import and_, or_
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.parts import Parts, build_parts, find_next_look, keep_fresh, load_secret, new_urn, to_limits
from connector.identity.files import FileFault
from connector.ports.identity import RefreshFailed
from connector.settings import AuthoritySettings, DataOriginSettings
from tests.net.test_tls import Authority
from tests.pair.space import SOON, Space, host, participant


@pytest.fixture
async def parts(space: Space) -> Parts:
    return await build_parts(space.settings("city", SOON), transport=space.wire)


async def test_the_address_is_the_public_url_with_the_path_of_the_version(parts: Parts) -> None:
    assert parts.address == f"{host('city')}/dsp/2025-1"
    await parts.close()


def test_each_identifier_is_another_random_uuid() -> None:
    made = [new_urn() for _ in range(1000)]
    assert len(set(made)) == 1000
    for urn in made:
        number = uuid.UUID(urn.removeprefix("urn:uuid:"))
        assert (number.version, number.variant, number.urn) == (4, uuid.RFC_4122, urn)
    # 122 bits are random: none of them is always set or never.
    together = [int(uuid.UUID(urn.removeprefix("urn:uuid:"))) for urn in made]
    always, ever = reduce(and_, together), reduce(or_, together)
    assert (always ^ ever).bit_count() == 122


async def test_a_callback_address_is_taken_only_at_the_origin_of_the_participant_list(parts: Parts) -> None:
    firm = participant("firm")
    assert parts.address_problem(firm, f"{host('firm')}/dsp/2025-1") is None
    assert "origin" in (parts.address_problem(firm, "https://other.example/dsp/2025-1") or "")
    assert "http" in (parts.address_problem(firm, "http://firm.example/dsp") or "")
    assert "contains no address" in (parts.address_problem("did:web:stranger.example", host("firm")) or "")
    await parts.close()


async def test_data_moves_only_to_origins_that_the_list_or_a_setting_names(space: Space) -> None:
    settings = space.settings("city", SOON)
    store = DataOriginSettings(participant=participant("firm"), urls=("https://store.firm.example:443/x",))
    parts = await build_parts(replace(settings, net=replace(settings.net, data_origins=(store,))), transport=space.wire)
    firm = participant("firm")
    for url in (f"{host('firm')}/flows/1", "https://data.firm.example/flows/1?a=b", "https://store.firm.example/y"):
        assert parts.data_problem(firm, url) is None
    for name, url in (
        (firm, "https://data.other.example/flows/1"),
        (participant("other"), "https://store.firm.example/y"),
        (participant("stranger"), f"{host('firm')}/flows/1"),
        (firm, ""),
    ):
        assert parts.data_problem(name, url)
    await parts.close()


async def test_who_answers_for_an_authority_is_warned_of_its_missing_issuer_key(space: Space, tmp_path: Path) -> None:
    settings = replace(space.settings("city", SOON), authority=AuthoritySettings(folder=tmp_path))
    parts = await build_parts(settings, transport=space.wire)
    assert f"The issuer key {tmp_path / 'issuer.pem'} is missing" in parts.list_warnings()["key"]
    await parts.close()


def test_the_secret_is_made_once_and_refused_where_others_can_read_it(space: Space) -> None:
    settings = space.settings("city", SOON)
    first = load_secret(settings)
    assert load_secret(settings).person("default", "Anna") == first.person("default", "Anna")
    file = settings.store.path.with_suffix(".secret")
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(FileFault, match="0600"):
        load_secret(settings)


def test_limits_in_seconds_become_milliseconds(space: Space) -> None:
    limits = to_limits(space.settings("city", SOON))
    assert (limits.retry_base, limits.retry_most, limits.look) == (10, 50, 60_000)
    assert (limits.page, limits.page_most, limits.refusals) == (50, 500, 4)


async def test_a_failed_refresh_is_logged_and_tried_again(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    outcomes = iter([RefreshFailed("The list is refused."), ZeroDivisionError("nobody has foreseen it"), None])
    refreshed = asyncio.Event()

    class Flaky:
        async def refresh(self) -> bool:
            outcome = next(outcomes)
            if outcome:
                raise outcome
            refreshed.set()
            return True

        def warning(self) -> str | None:
            return "The list expires soon."

        def problem(self) -> str | None:
            return None

        def list_in_use(self) -> None:
            return None

    calls: list[None] = []
    settings = replace(parts.settings, identity=replace(parts.settings.identity, refresh_seconds=0.001))
    quick = Parts(**{**vars(parts), "settings": settings, "identity": Flaky()})
    task = asyncio.create_task(keep_fresh(quick, lambda: calls.append(None)))
    async with asyncio.timeout(60):
        await refreshed.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "the participant list was not renewed: The list is refused." in caplog.text
    assert "nobody has foreseen it" in caplog.text
    assert caplog.text.count("The list expires soon.") == 1
    assert len(calls) >= 1
    await parts.close()


async def test_the_list_is_read_at_once_when_it_is_wanted(parts: Parts) -> None:
    refreshed = asyncio.Event()

    class Counted:
        async def refresh(self) -> bool:
            refreshed.set()
            return True

        def warning(self) -> str | None:
            return None

        def problem(self) -> str | None:
            return None

        def list_in_use(self) -> None:
            return None

    settings = replace(parts.settings, identity=replace(parts.settings.identity, refresh_seconds=1_000_000.0))
    slow = Parts(**{**vars(parts), "settings": settings, "identity": Counted()})
    task = asyncio.create_task(keep_fresh(slow))
    slow.list_wanted.set()
    await refreshed.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await parts.close()


@pytest.mark.parametrize(("problem", "longest"), [("There is no list yet.", 10.0), (None, 1.25e6)])
async def test_who_knows_nobody_looks_for_the_list_within_seconds_however_often_there_was_none(
    parts: Parts, problem: str | None, longest: float
) -> None:
    class Away:
        def problem(self) -> str | None:
            return problem

        def list_in_use(self) -> None:
            return None

    settings = replace(parts.settings, identity=replace(parts.settings.identity, refresh_seconds=1_000_000.0))
    waiting = Parts(**{**vars(parts), "settings": settings, "identity": Away()})
    assert find_next_look(waiting, 0) == 1_000_000.0
    pauses = [find_next_look(waiting, failures) for failures in range(1, 40)]
    assert all(3.0 <= pause <= longest for pause in pauses)
    # Each pause is drawn: one can be short, all of them cannot.
    assert any(pause > 100_000.0 for pause in pauses) is (problem is None)
    await parts.close()


async def test_a_certificate_for_another_name_or_near_its_end_is_a_problem(space: Space, tmp_path: Path) -> None:
    settings = space.settings("city", SOON)
    authority, name = Authority(tmp_path, "ca"), host("city").rpartition("/")[2]
    for issued, said in (("other.example", f"not for {name}"), (name, "expires on")):
        certificate, key = authority.issue(issued)
        net = replace(settings.net, certificate=certificate, key=key)
        parts = await build_parts(replace(settings, net=net), transport=space.wire)
        assert said in (parts.certificate_problem() or "")
        await parts.close()
