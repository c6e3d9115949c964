"""The report of quality: nothing before an assessment, then one row for each source."""

from connector.desk.operating.quality import report_quality
from tests.broker.world import CITY
from tests.web.public.square import Square, list_offers


async def test_a_report_has_a_row_for_each_source_or_the_one_that_is_wanted() -> None:
    square = Square(**list_offers())
    await square.crawl()
    before = await report_quality(square.operator, None, 50, None)
    assert (before.total, before.items) == (None, ())
    await square.operator.assessor.start()
    whole = await report_quality(square.operator, None, 50, None)
    assert whole.total is not None
    assert whole.total.datasets == sum(one.datasets for one in whole.items) == 3
    (one,) = (await report_quality(square.operator, CITY + "umweltamt", 1, None)).items
    assert one.participant == CITY + "umweltamt"
