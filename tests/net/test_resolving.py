import asyncio

import pytest

from connector.net.addresses import NetPolicy, net_policy, parse_url
from connector.net.errors import Blocked, TimedOut, Unreachable
from connector.net.resolving import CheckedResolver, SystemLookup
from tests.net.servers import answers

NAME = "peer.example"


async def test_an_answer_counts_for_its_time_and_is_checked_again_afterwards():
    lookup = answers(["93.184.216.34"], ["127.0.0.1"])
    lasting, fleeting = (
        CheckedResolver(NetPolicy(), answers(["93.184.216.34"], ["127.0.0.1"]), ttl_s=s) for s in (60, 0)
    )
    assert await lasting.resolve(NAME, 443) == await lasting.resolve(NAME, 443) == ("93.184.216.34",)
    assert lasting.recall(NAME, 443) == ("93.184.216.34",)
    await fleeting.resolve(NAME, 443)
    with pytest.raises(Blocked, match="not a public address"):
        await fleeting.resolve(NAME, 443)
    assert fleeting.recall(NAME, 443) == ()
    assert await lookup(NAME, 443)


@pytest.mark.parametrize("found", [["93.184.216.34", "127.0.0.1"], ["fe80::1%eth0"], ["::ffff:10.0.0.1"]])
async def test_one_address_that_is_not_allowed_refuses_the_name(found):
    with pytest.raises(Blocked):
        await CheckedResolver(NetPolicy(), answers(found), ttl_s=60).resolve(NAME, 443)


async def test_a_name_is_checked_for_each_port_apart():
    policy = net_policy(hosts=[f"{NAME}:8443"])
    resolver = CheckedResolver(policy, answers(["10.0.0.1"]), ttl_s=60)
    assert await resolver.resolve(NAME, 8443) == ("10.0.0.1",)
    with pytest.raises(Blocked):
        await resolver.resolve(NAME, 443)


async def test_failures_are_told_apart_and_not_remembered():
    async def never(host, port):
        await asyncio.Event().wait()

    async def unknown(host, port):
        raise OSError("no such name")

    endpoint = parse_url(f"https://{NAME}/")
    with pytest.raises(TimedOut, match="not resolved in time"):
        await CheckedResolver(NetPolicy(), never, ttl_s=60, timeout_s=0.01).find(endpoint)
    with pytest.raises(Unreachable, match="not found in the DNS"):
        await CheckedResolver(NetPolicy(), unknown, ttl_s=60).find(endpoint)
    resolver = CheckedResolver(NetPolicy(), answers([], ["93.184.216.34"]), ttl_s=60)
    with pytest.raises(Unreachable, match="not found in the DNS"):
        await resolver.find(endpoint)
    assert await resolver.find(endpoint) == ("93.184.216.34",)
    assert await resolver.find(parse_url("https://[2606:4700::1111]/")) == ("2606:4700::1111",)


async def test_a_lookup_that_nobody_waits_for_any_more_ends_with_the_resolver():
    begun = asyncio.Event()

    async def never(host, port):
        begun.set()
        await asyncio.Event().wait()

    resolver = CheckedResolver(NetPolicy(), never, ttl_s=60)
    waiting = asyncio.create_task(resolver.resolve(NAME, 443))
    await begun.wait()
    resolver.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_the_system_resolves_an_address_to_itself():
    lookup = SystemLookup()
    assert await lookup("127.0.0.1", 80) == ["127.0.0.1"]
    lookup.close()
