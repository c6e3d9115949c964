import asyncio

from connector.net.messages.connection import MessageConnection
from connector.net.messages.pool import IdlePool
from tests.net.servers import spoken

ORIGIN = "http://peer.example:80"


async def silent(reader, writer):
    await reader.read()


async def connect(port: int, address: str = "127.0.0.1") -> MessageConnection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: MessageConnection(loop, address), "127.0.0.1", port)
    return connection


async def test_the_newest_connection_is_used_first_and_an_empty_pool_has_none():
    async with spoken(silent) as port:
        pool = IdlePool(keep_s=60, most=10)
        first, second = await connect(port), await connect(port)
        pool.put(ORIGIN, first)
        pool.put(ORIGIN, second)
        assert pool.take("http://other.example:80", {"127.0.0.1"}) is None
        assert [pool.take(ORIGIN, {"127.0.0.1"}) for _ in range(3)] == [second, first, None]
        assert len(pool) == 0
        first.abort()
        second.abort()


async def test_a_connection_to_an_address_that_is_not_named_any_more_is_closed():
    async with spoken(silent) as port:
        pool = IdlePool(keep_s=60, most=10)
        connection = await connect(port, "192.0.2.1")
        pool.put(ORIGIN, connection)
        assert pool.take(ORIGIN, {"127.0.0.1"}) is None
        assert connection.closed
        assert len(pool) == 0


async def test_a_full_pool_closes_the_oldest_connection_of_any_origin():
    async with spoken(silent) as port:
        pool = IdlePool(keep_s=60, most=2)
        connections = [await connect(port) for _ in range(3)]
        for number, connection in enumerate(connections):
            pool.put(f"http://peer-{number}.example:80", connection)
        assert [connection.closed for connection in connections] == [True, False, False]
        pool.shrink(-1)
        assert len(pool) == 0
        assert all(connection.closed for connection in connections)


async def test_a_connection_that_comes_back_to_a_closed_pool_is_closed():
    async with spoken(silent) as port:
        pool = IdlePool(keep_s=60, most=2)
        connection = await connect(port)
        pool.close()
        pool.put(ORIGIN, connection)
        assert (connection.closed, len(pool)) == (True, 0)


async def test_the_timer_ends_with_the_last_connection():
    ended = asyncio.Event()

    async def talk(reader, writer):
        await reader.read()
        ended.set()

    async with spoken(talk) as port:
        pool = IdlePool(keep_s=0.01, most=2)
        connection = await connect(port)
        pool.put(ORIGIN, connection)
        async with asyncio.timeout(10):
            await ended.wait()
        assert connection.closed
        assert (len(pool), pool._timer) == (0, None)
