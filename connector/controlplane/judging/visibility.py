"""The visibility of an offer: the access policy of the asset decides, not the policy that is offered."""

from collections.abc import Callable

from connector.controlplane.core import documents, instants
from connector.controlplane.judging import situations
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.world import build_world
from connector.policy.deciding.decide import is_shown
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Request
from connector.ports.entities import Asset
from connector.ports.identity import Caller


def is_visible(evaluator: Evaluator, caller: Caller, asset: Asset) -> bool:
    """Return whether the caller sees the offer of an asset.

    A participant that sees an offer but does not satisfy its policy learns the reason when it requests an agreement.
    """
    return asset.access is None or build_caller_test(evaluator, caller)(asset.access, asset.id)


def build_caller_test(evaluator: Evaluator, caller: Caller) -> Callable[[bytes, str], bool]:
    """Return the test if an access policy, of the dataset with an id, shows its offer to this caller."""
    return build_situation_test(evaluator, situations.build_for_peer(caller.participant, caller.claims, None))


def build_situation_test(evaluator: Evaluator, situation: Situation) -> Callable[[bytes, str], bool]:
    """Return the test if an access policy, of the dataset with an id, shows its offer in a situation now.

    The test serves one answer to one caller: a policy that many offers share and that names no dataset is decided once.
    """
    library = evaluator.library
    at = instants.instant(evaluator.context.now())
    answers: dict[bytes, bool] = {}

    def shown(document: bytes, dataset: str) -> bool:
        answer = answers.get(document)
        if answer is not None:
            return answer
        compiled = library.compile(document)
        if isinstance(compiled, PolicyError):
            return answers.setdefault(document, False)
        request = Request(action="odrl:use", target=dataset, assignee=situation.participant, at=at)
        answer = is_shown(compiled, request, build_world(situation, compiled, library.claims, library.operands))
        if all(rule.target is None for rule in (*compiled.permissions, *compiled.prohibitions)):
            answers[document] = answer
        return answer

    return shown


def catalog_policy(asset: Asset) -> bytes:
    """Return the asset's policy as the Offer that catalogues show."""
    return documents.make_catalog_offer(asset.policy, offer_id=asset.offer_id)
