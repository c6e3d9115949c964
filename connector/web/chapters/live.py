"""The number of requests that wait, in the menu of each page that is open."""

from starlette.responses import Response

from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, count_waiting


async def stream_waiting(visit: Visit) -> Response:
    """Answer with the number of requests that wait, now and after each change."""

    async def look() -> Glance:
        count = await count_waiting(visit)
        return Glance({"count": count, "text": visit.words.waiting(count)})

    return open_stream(visit, look)
