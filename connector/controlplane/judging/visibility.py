"""Who sees which offer of ours: the access policy of an asset decides, not its terms."""

from collections.abc import Callable

from connector.controlplane.core import documents
from connector.controlplane.judging import judgement, situations
from connector.controlplane.judging.judging import Judging
from connector.ports.entities import Asset
from connector.ports.identity import Caller


def is_visible(judging: Judging, caller: Caller, asset: Asset) -> bool:
    """Tell whether the offer of an asset is shown to the caller: by its access policy, not by its terms.

    Whoever may see an offer but does not meet its terms learns why when asking for a contract.
    """
    return asset.access is None or onlooker(judging, caller)(asset.access, asset.id)


def onlooker(judging: Judging, caller: Caller) -> Callable[[bytes, str], bool]:
    """Return the test whether an access policy, of the dataset with an id, lets this caller see an offer."""
    return judgement.onlooker(judging, situations.build_for_peer(caller.participant, caller.claims, None))


def catalog_policy(asset: Asset) -> bytes:
    """Return the asset's policy as the Offer that catalogues show."""
    return documents.make_catalog_offer(asset.policy, offer_id=asset.offer_id)
