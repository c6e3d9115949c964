"""Descriptions are taken where the keys of participants are known, and nowhere else."""

from msgspec.structs import replace

from connector.app.broker import build_broker
from connector.settings import Mode
from tests.app.conftest import listening
from tests.pair.space import Space


async def test_a_broker_with_a_participant_list_takes_descriptions(space: Space) -> None:
    broker = await build_broker(listening(space, "broker"), transport=space.wire)
    assert broker.pushed is not None
    await broker.stop()


async def test_a_broker_with_tokens_of_tests_takes_none(space: Space) -> None:
    settings = listening(space, "broker")
    tokens = settings.store.path.parent / "tokens.json"
    tokens.write_text('{"own": "a", "participants": [], "tokens": {}}', "utf-8")
    identity = replace(settings.identity, mechanism="static-token", tokens=tokens)
    broker = await build_broker(replace(settings, mode=Mode.DEVELOPMENT, identity=identity), transport=space.wire)
    assert broker.pushed is None
    await broker.stop()
