"""Issued credentials follow the participant list: of who takes no part, they are suspended, and come back with it.

So two issuers never contradict each other about a member: the authority says who takes part, and the list tells all.
"""

import logging
from functools import partial

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.pages import walk
from connector.controlplane.usecases.issuing.ending import reinstate, suspend
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.ports.store_errors import StoreError
from connector.views.credentials import CredentialStanding

log = logging.getLogger(__name__)

BY = "participant list"
"""Who has suspended a credential that comes back with its holder."""
REASON = "The holder takes no part in the data space."


async def follow_list(service: IssuerService) -> None:
    """Suspend and reinstate credentials after each look at the participant list, until cancelled."""
    while True:
        await service.listed.wait()
        service.listed.clear()
        try:
            await follow_once(service)
        except StoreError as error:
            log.warning("issued credentials do not follow the participant list yet: %s", error)


async def follow_once(service: IssuerService) -> None:
    """Suspend the credentials of who takes no part, and reinstate those of who takes part again.

    What a person has suspended stays so. Without a list, nothing is known and nothing changes. What has expired is not
    read, however much of it is kept.
    """
    context, members = service.context, service.members
    if not members.participants():
        return
    lasting = partial(context.store.lasting_credentials, context.owner, now=context.now())
    async for each in walk(lasting):
        takes_part = members.participant(each.holder) is not None
        try:
            if each.standing is CredentialStanding.VALID and not takes_part:
                await suspend(service, each.id, REASON, by=BY)
            elif each.standing is CredentialStanding.SUSPENDED and each.reason == REASON and takes_part:
                await reinstate(service, each.id, "", by=BY)
        except NotAllowed:
            continue  # a person has ended it meanwhile
