"""The office of the authority in a running process: members are worked with here, and the others are told.

Telling is work beside the answer: a member that is silent delays nobody who invites or suspends.
"""

import asyncio
from collections.abc import Sequence

from connector.app.parts import Parts, find_authority
from connector.app.trust.joining import tell_members
from connector.desk.operating.members import MembersOffice


def build_office(parts: Parts, telling: set[asyncio.Task[int]]) -> MembersOffice | None:
    """Return the office, if this process answers for the authority; `telling` has what is being told, for the stop."""
    authority = find_authority(parts.settings)
    if authority is None:
        return None
    loop = asyncio.get_running_loop()

    def begin(addresses: Sequence[str]) -> None:
        parts.list_wanted.set()
        task = asyncio.create_task(tell_members(parts.settings, addresses), name="news")
        telling.add(task)
        task.add_done_callback(telling.discard)

    def tell(addresses: Sequence[str]) -> None:
        # The files are changed on a thread.
        loop.call_soon_threadsafe(begin, tuple(addresses))

    four_eyes = parts.settings.authority.four_eyes
    return MembersOffice(authority=authority, tell=tell, now=parts.now, four_eyes=four_eyes)
