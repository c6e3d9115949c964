"""Two connectors that know each other by the documents of their identifiers, whole but for the sockets."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
from msgspec.structs import replace

from connector.app.identities import list_document_routes
from connector.authority import card as cards
from connector.authority import roster
from connector.authority.profile import publish_profile
from connector.identity.dcp.methods import find_sealing_keys
from connector.identity.evidence import verify_evidence
from connector.identity.keys import VerificationKey, generate, save_private
from connector.protocol.dcp.document import read_document as parse
from tests.pair.space import SOON, Space, begin, participant, space
from tests.support.asgi import as_asgi


def found_by_documents(made: Space) -> None:
    """Let the operator sign a profile that asks for nothing, and list the members without their keys."""
    text = made.base / "trust.toml"
    text.write_text("# No credential is asked for.\n")
    publish_profile(text, made.base / "profile.jws", made.keys["broker"])
    working, signed = made.base / "members.json", made.base / "roster.jws"
    draft = json.loads(working.read_bytes())
    for member in draft["members"]:
        member.pop("keys", None)
    working.write_text(json.dumps(draft))
    roster.publish(working, signed, made.keys["broker"], now=datetime.now(UTC))


async def read_document(made: Space, name: str) -> dict[str, object]:
    transport = httpx.ASGITransport(as_asgi(made.members[name].connector.protocol))
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.get(f"https://{name}.example/.well-known/did.json")
    assert answer.headers["Content-Type"] == "application/did+json"
    found: dict[str, object] = answer.json()
    return found


async def read_sealing_keys(made: Space, name: str) -> list[VerificationKey]:
    """Return the keys of the document of a member, as whoever keeps it has them."""
    document = msgspec.json.encode(await read_document(made, name))
    return list(find_sealing_keys(parse(document, participant(name))).values())


async def test_members_without_keys_on_the_list_agree_by_their_documents(tmp_path: Path) -> None:
    made = Space(tmp_path, {"mechanism": "dcp"})
    made.found("city", "firm")
    found_by_documents(made)
    city, firm = await made.join("city", SOON), await made.join("firm", SOON)
    try:
        begin(city)
        begin(firm)
        asset = await city.offers()
        asked = await firm.api.negotiations.start(city.id, asset.id)
        assert (await firm.reaches(asked.id, "FINALIZED")).agreement
        read = [str(request.url) for request in made.wire.sent if request.url.path == "/.well-known/did.json"]
        assert sorted(read) == [f"https://{name}.example/.well-known/did.json" for name in ("city", "firm")]
    finally:
        for name in ("city", "firm"):
            await made.leave(name)


async def test_a_key_is_changed_while_messages_run(tmp_path: Path) -> None:
    made = Space(tmp_path, {"mechanism": "dcp"})
    made.found("city", "firm")
    found_by_documents(made)
    city, firm = await made.join("city", SOON), await made.join("firm", SOON)
    try:
        begin(city)
        begin(firm)
        asset = await city.offers()
        first = await firm.api.negotiations.start(city.id, asset.id)
        await firm.reaches(first.id, "FINALIZED")
        await made.leave("firm")
        folder = tmp_path / "firm"
        (folder / "key.pem").rename(folder / "former.pem")
        save_private(folder / "key.pem", generate())
        made.identity = {"mechanism": "dcp", "former_keys": (folder / "former.pem",)}
        firm = await made.join("firm", SOON)
        begin(firm)
        document = await read_document(made, "firm")
        assert len(document["verificationMethod"]) == 2  # type: ignore[arg-type]
        second = await firm.api.negotiations.start(city.id, asset.id)
        assert (await firm.reaches(second.id, "FINALIZED")).agreement
    finally:
        for name in ("city", "firm"):
            await made.leave(name)


async def test_agreements_are_sealed_by_keys_of_documents_and_proven_after_the_key_has_gone(tmp_path: Path) -> None:
    made = Space(tmp_path, {"mechanism": "dcp"})
    made.found("city", "firm")
    found_by_documents(made)
    city, firm = await made.join("city", SOON), await made.join("firm", SOON)
    try:
        begin(city)
        begin(firm)
        asset = await city.offers()
        done = await firm.reaches((await firm.api.negotiations.start(city.id, asset.id)).id, "FINALIZED")
        then = {name: await read_sealing_keys(made, name) for name in ("city", "firm")}
        await made.leave("firm")
        (tmp_path / "firm" / "key.pem").unlink()
        save_private(tmp_path / "firm" / "key.pem", generate())
        begin(await made.join("firm", SOON))
        now = {**then, "firm": await read_sealing_keys(made, "firm")}
        assert done.agreement_id
        for side in (city, made.firm):
            content = msgspec.json.encode(await side.api.agreements.show_evidence(done.agreement_id))
            known = {participant(name): keys for name, keys in then.items()}
            proven = verify_evidence(content, known | {side.id: now[side.name]}, now=int(time.time() * 1000))
            assert proven.sealed_at is not None
            assert set(proven.listed) == {city.id, firm.id}
            other = firm if side is city else city
            assert proven.statement.methods[other.id] == f"{other.id}#{then[other.name][0].kid}"
            alone = verify_evidence(content, {side.id: now[side.name]}, now=int(time.time() * 1000))
            assert set(alone.listed) == {side.id}
    finally:
        for name in ("city", "firm"):
            await made.leave(name)


async def test_a_member_of_a_list_with_keys_serves_its_document_too(tmp_path: Path) -> None:
    async with space(tmp_path, "city") as made:
        document = await read_document(made, "city")
        key = cards.load_key(tmp_path / "city" / "key.pem")
        assert document["id"] == participant("city")
        assert document["capabilityInvocation"] == [f"{participant('city')}#{key.kid}"]
        services = {entry["type"]: entry["serviceEndpoint"] for entry in document["service"]}  # type: ignore[attr-defined]
        assert services == {
            "DataService": "https://city.example/.well-known/dspace-version",
            "CatalogService": "https://city.example/dsp/2025-1/catalog",
        }


async def test_no_document_is_served_for_an_identifier_of_another_place(tmp_path: Path) -> None:
    made = Space(tmp_path)
    made.found("city")
    settings = made.settings("city", SOON)
    elsewhere = replace(settings, protocol=replace(settings.protocol, public_url="https://proxy.example"))
    assert list_document_routes(elsewhere, generate) == []
    assert list_document_routes(settings, generate)
