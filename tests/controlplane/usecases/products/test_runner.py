"""The runner looks at all products once at its start, and then at those with the input that has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from connector.controlplane.core.watch import INPUTS
from connector.controlplane.usecases.products import running
from connector.controlplane.usecases.products.runner import SETTLED, ProductRunner
from tests.controlplane.usecases.products.workshop import OWN, PRODUCT, Workshop


@asynccontextmanager
async def running_products(workshop: Workshop) -> AsyncIterator[asyncio.Event]:
    """Run the runner; yield what is set by each end of a look, the first of which is over."""
    with workshop.publisher.context.watch.follow(SETTLED) as settled:
        task = asyncio.create_task(ProductRunner(workshop.publisher, gather_s=0.0).run())
        try:
            await asyncio.wait_for(settled.wait(), 10)
            settled.clear()
            yield settled
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_change_of_an_input_makes_its_product_again_and_another_one_looks_at_nothing(
    workshop: Workshop,
) -> None:
    await workshop.own()
    await workshop.offer({"asset": OWN})
    async with running_products(workshop) as settled:
        watch = workshop.publisher.context.watch
        workshop.change("b")
        watch.notify(INPUTS, "urn:asset:other")
        for _ in range(20):
            await asyncio.sleep(0)
        assert not settled.is_set(), "the other asset is no input"
        assert (await running.find(workshop.publisher, PRODUCT)).number == 1
        watch.notify(INPUTS, OWN)
        await asyncio.wait_for(settled.wait(), 10)
        assert (await running.find(workshop.publisher, PRODUCT)).number == 2
