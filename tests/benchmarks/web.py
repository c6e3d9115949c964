"""What the pages cost with 10,000 offers and 1,000 agreements: each page found, the first visit, the first paint.

The pages are found by the walk of their tests, over the network, with a user who has every role. On a machine with
other work the processor time counts: that of the process for one page.
"""

import asyncio
import shutil
import statistics
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx

from connector.cli.demo.stage import Actor
from connector.settings import load
from connector.views.users import UserRole
from tests.benchmarks.figures import Figure, figure
from tests.benchmarks.growth import begin_work, fill_store
from tests.benchmarks.outside import Order, offer_file, run_actors
from tests.benchmarks.pulls import cpu_s
from tests.pages.page import Page
from tests.pages.walk import choose_views, walk

OFFERS, AGREEMENTS, ROUNDS = 10_000, 1_000, 9
MOST_MS, MOST_KIB, MOST_PAINT_MS = 50.0, 150.0, 300.0
"""The bounds: of the median answer of each page, of the first visit, and of the first paint in a browser."""
PASSWORD = "sieben bunte Kiesel"


def measure(order: Order) -> list[Figure]:
    """Return the slowest and the median page, the size of the first visit, and the first paint, beside their bounds."""
    order = replace(order, assets=OFFERS, agreements=AGREEMENTS)
    stage = order.make_stage("city", "firm")
    with run_actors(stage, "city", "firm"):
        known = asyncio.run(begin_work(stage, offer_file(stage.actors["city"])))
    asyncio.run(fill_store(load(stage.actors["city"].settings).store.path, known, order))
    with run_actors(stage, "city", "firm"):
        link = _invite(stage.actors["city"])
        timed, first = asyncio.run(_time_pages(link, stage.processes["city"].pid))
        paint = _time_first_paint(link)
    slowest = max(timed, key=lambda address: timed[address][1])
    for address, (wall, cpu) in sorted(timed.items(), key=lambda item: -item[1][1])[:5]:
        print(f"  {wall:8.1f} ms {cpu:8.1f} ms of the processor  {address[:90]}", flush=True)
    return [
        figure("web slowest page, processor", timed[slowest][1], "ms", MOST_MS),
        figure("web slowest page, p50", max(wall for wall, _ in timed.values()), "ms", MOST_MS),
        figure("web median page, p50", statistics.median(wall for wall, _ in timed.values()), "ms", MOST_MS),
        figure("web first visit", first / 1024, "KiB", MOST_KIB),
        *([figure("web first paint", paint, "ms", MOST_PAINT_MS)] if paint is not None else []),
    ]


def _invite(actor: Actor) -> str:
    """Add a user with every role, and return the link for the password."""
    return actor.client().users.add("b.ench", "Bench", list(UserRole)).link


async def _time_pages(link: str, pid: int) -> tuple[dict[str, tuple[float, float]], int]:
    """Return the median time of each page and what it costs the processor, in ms, and the bytes of the first visit."""
    parts = urlsplit(link)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    own = {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=f"{parts.scheme}://{parts.netloc}", headers=own, timeout=60) as browser:
        first = await _weigh(browser, "/anmelden")
        typed = {**given, "passwort": PASSWORD, "passwort2": PASSWORD}
        assert (await browser.post("/willkommen", data=typed)).status_code == 303
        table = b"Art;H\xc3\xb6he\nLinde;12,5\n"
        await browser.post("/neues-angebot/hochladen", files={"datei": ("baeume.csv", table, "text/csv")})
        timed = {}
        for address in choose_views(await walk(browser)):
            walls, before = [], cpu_s((pid,))
            for _ in range(ROUNDS):
                began = time.perf_counter()
                await browser.get(address)
                walls.append((time.perf_counter() - began) * 1000)
            timed[address] = (statistics.median(walls), (cpu_s((pid,)) - before) / ROUNDS * 1000)
    return timed, first


async def _weigh(browser: httpx.AsyncClient, path: str) -> int:
    """Return the bytes of a page and of all that it loads."""
    answer = await browser.get(path)
    page = Page(answer.text)
    named = {one.get("href") or one.get("src") for one in page.all("link", "script", "img")}
    loaded = [await browser.get(address) for address in sorted(filter(None, named)) if address.startswith("/static/")]
    return sum(len(one.content) for one in (answer, *loaded))


def _time_first_paint(link: str) -> float | None:
    """Return when a browser that knows nothing has painted the page to sign in, in ms; None without a browser."""
    if not shutil.which("chromium"):
        return None
    from tests.browser.served import open_browser

    parts, painted = urlsplit(link), []
    with open_browser() as browser:
        for _ in range(ROUNDS):
            context = browser.new_context(locale="de-DE")
            page = context.new_page()
            page.goto(f"{parts.scheme}://{parts.netloc}/anmelden")
            found = page.evaluate("performance.getEntriesByName('first-contentful-paint').map((one) => one.startTime)")
            painted += found
            context.close()
    return statistics.median(painted) if painted else None
