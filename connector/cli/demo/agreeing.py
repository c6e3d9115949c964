"""The second act: the company finds an offer, reads its policy and reaches agreements."""

from connector.cli.demo.show import WAIT_S, NotShown, Show, choose_title
from connector.cli.policies.terms import describe_policies
from connector.views.assets import AssetView


def search(show: Show) -> str:
    """Search for the first offer at the broker, by the first word of its title."""
    asset = show.assets[0]
    words = choose_title(asset).split()[0].strip(",")
    result = next((entry for entry in show.firm.search(words).items if entry.id == asset.id), None)
    if result is None:
        raise NotShown("demo.no-hit", words=words, asset=choose_title(asset))
    title = next(iter(result.title.values()), result.id)
    return show.say("demo.search", words=words, title=title, publisher=result.publisher or result.participant)


def read_terms(show: Show) -> str:
    """Read the policy of the first offer as a sentence."""
    dataset = show.firm.catalog.dataset(show.city_id, show.assets[0].id)
    (sentence,) = describe_policies(show.firm, [dataset["hasPolicy"][0]], show.output.lang)
    return show.say("demo.terms", terms=sentence)


def negotiate(show: Show) -> str:
    """Reach an agreement on every offer, and compare the digests of both sides."""
    for asset in (*show.assets, show.live_asset):
        agreement = reach_agreement(show, asset)
        if show.city.agreements.show(agreement).sha256 != show.firm.agreements.show(agreement).sha256:
            raise NotShown("demo.agreements-differ", asset=choose_title(asset))
    return show.say("demo.negotiate")


def reach_agreement(show: Show, asset: AssetView) -> str:
    """Return the company's agreement on an asset; negotiate it if there is none."""
    known = show.firm.agreements.list(dataset=asset.id).items
    if known:
        return known[0].id
    begun = show.firm.negotiations.start(show.city_id, asset.id)
    negotiation = show.firm.negotiations.wait(begun.id, timeout_s=WAIT_S)
    if negotiation.state != "FINALIZED" or not negotiation.agreement_id:
        actual = f"{negotiation.state}: {negotiation.ended}"
        raise NotShown("demo.not-finalized", asset=choose_title(asset), actual=actual)
    return negotiation.agreement_id
