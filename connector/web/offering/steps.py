"""The steps from data to a released offer, each with an address of its own. Pure."""

import msgspec

from connector.ports.entities import OfferForm
from connector.views.recipes import is_recipe
from connector.web.frame.visit import make_link
from connector.web.offering.template_cards import CHOSEN

ROOT = "/neues-angebot"
RECIPE = "rezept"
"""The answer that has a recipe as it is typed."""
STEPS = ("daten", "beschreibung", "bedingungen", "pruefen", "freigabe")


class StepLink(msgspec.Struct, frozen=True, kw_only=True):
    """A step: `path` leads to it once the steps before it are done."""

    name: str
    path: str
    done: bool
    current: bool
    reached: bool


def list_steps(form: OfferForm | None, current: str) -> tuple[StepLink, ...]:
    """Return all steps of a form, None for one that is not begun."""
    done = {
        "daten": form is not None and form.source is not None,
        "beschreibung": form is not None and bool(form.answers.get("titel") or form.answers.get("titel_en")),
        "bedingungen": form is not None and (CHOSEN in form.answers or form.policy is not None),
    }
    found, reached = [], True
    for name in STEPS:
        path = find_step(form, name)
        found.append(
            StepLink(name=name, path=path, done=done.get(name, False), current=name == current, reached=reached)
        )
        reached = reached and done.get(name, False)
    return tuple(found)


def find_step(form: OfferForm | None, name: str, **query: str) -> str:
    """Return the path of a step; the data of a product is its recipe."""
    made = form is not None and (is_recipe(form.source) if form.source else RECIPE in form.answers)
    if made and name == "daten":
        name = RECIPE
    return make_link(f"{ROOT}/{name}", id=form.id if form else None, **query)
