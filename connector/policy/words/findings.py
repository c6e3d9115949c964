"""What the analysis found, for people: why a policy cannot be offered, and where two policies part.

One sentence for what is the matter, one for what to do about it. Pure: standard library only.
"""

from connector.policy.analysis.space.findings import Finding
from connector.policy.vocabulary.registry import Registry
from connector.policy.words.constraint import subject
from connector.policy.words.language import Language, Pair, choose, join
from connector.policy.words.rule import action_name

_SAID: dict[str, Pair] = {
    # A comparison of two policies.
    "beyond-offer": ("Die Anfrage geht über das Angebot hinaus{}.", "The request goes beyond the offer{}."),
    "prohibited": ("Das Angebot verbietet, was die Anfrage will.", "The offer prohibits what the request asks for."),
    "duty-missing": ("In der Anfrage fehlt eine Pflicht{}.", "The request leaves out a duty{}."),
    "duty-weaker": ("Die Anfrage schwächt eine Pflicht ab{}.", "The request weakens a duty{}."),
    "duty-differs": ("Eine Pflicht lautet anders als im Angebot{}.", "A duty differs from that of the offer{}."),
    "remedy-missing": ("Die Anfrage lässt die Folge eines Verstoßes weg.", "The request leaves out a remedy."),
    "records-beyond-offer": ("Die Anfrage will mehr Datensätze.", "The request asks for more records."),
    "nothing-in-common": ("Angebot und Anfrage schließen sich aus{}.", "Offer and request exclude each other{}."),
    "nothing-granted": ("Diese Anfrage erlaubt nichts.", "This request grants nothing."),
    "rounds-exhausted": ("Nach fünf Runden gibt es keine Einigung.", "There is no agreement after five rounds."),
    "reservation-narrower": ("Die private Grenze ist enger als das Angebot.", "The private limit is below the offer."),
    # A policy alone.
    "void": ("Diese Regeln sind ungültig.", "These rules are void."),
    "never-granted": ("Diese Regeln erlauben nie etwas.", "These rules never grant anything."),
    "expired": ("Die Zeit dieser Regeln ist vorbei.", "The time of these rules is over."),
    "dead-rule": ("Eine Regel kann nie zutreffen{}.", "A rule can never apply{}."),
    "shadowed": ("Eine Erlaubnis ist überflüssig: eine andere umfasst sie.", "A permission is covered by another one."),
    "conflict": ("Erlaubnis und Verbot treffen sich.", "A permission and a prohibition meet."),
    "purpose-missing": ("Es fehlt der Zweck.", "The purpose is missing."),
    "legal-basis-missing": ("Es fehlt die Rechtsgrundlage.", "The legal basis is missing."),
    "retention-missing": ("Es fehlt, wie lange die Daten bleiben dürfen.", "It is missing how long the data may stay."),
    "delete-missing": ("Es fehlt die Pflicht zu löschen.", "The duty to delete is missing."),
    "recipient-missing": ("Es fehlt, wer die Daten erhält.", "It is missing who gets the data."),
    "special-basis-missing": ("Es fehlt eine Grundlage nach Art. 9 DSGVO.", "A basis under Art. 9 GDPR is missing."),
    "legitimate-interest": (
        "Berechtigtes Interesse gilt nicht für Behörden.",
        "Legitimate interest is no basis for authorities.",
    ),
    "unusual-purpose": (
        "Für diesen Zweck gibt man Daten über Menschen sonst nicht.",
        "Data about people is not usually given for this purpose.",
    ),
    "consent-is-weak": ("Einwilligung gegenüber Behörden ist unsicher.", "Consent towards authorities is uncertain."),
    # What nothing here can enforce.
    "not-checked": ("Hier kann niemand prüfen{}.", "Nothing here can check{}."),
    "not-applied": ("Die Lieferung kann das hier nicht{}.", "Delivery cannot do this here{}."),
    "records-missing": (
        "Diese Daten lassen sich nicht als Datensätze lesen{}.",
        "These data cannot be read as records{}.",
    ),
    "field-missing": ("In den Daten fehlt ein Feld{}.", "The data lack a field{}."),
    "groups-missing": ("Es fehlt, worüber Gruppen gezählt werden{}.", "It is missing what groups are counted over{}."),
    "manner-unclear": ("Wie das geschehen soll, ist nicht klar{}.", "It is not clear how this is to be done{}."),
    "not-stated": ("Zu diesen Daten fehlt eine Angabe{}.", "Something is not stated about these data{}."),
    "no-use": (
        "Keine Erlaubnis umfasst das Nutzen, als das jeder Abruf gilt.",
        "No permission covers use, the action of every access.",
    ),
    "not-seen": ("Hier ist nicht zu sehen, ob es vorher geschah{}.", "Nothing here sees that it was done first{}."),
}
_ADVICE: dict[str, Pair] = {
    "beyond-offer": ("Fragen Sie höchstens nach dem, was angeboten ist.", "Ask for no more than is offered."),
    "prohibited": ("Fragen Sie höchstens nach dem, was angeboten ist.", "Ask for no more than is offered."),
    "duty-missing": ("Übernehmen Sie die Pflichten des Angebots.", "Take over the duties of the offer."),
    "duty-weaker": ("Übernehmen Sie die Pflichten des Angebots.", "Take over the duties of the offer."),
    "duty-differs": ("Übernehmen Sie die Pflichten des Angebots.", "Take over the duties of the offer."),
    "nothing-in-common": ("Fragen Sie nach dem, was angeboten ist.", "Ask for what is offered."),
    "void": ("Schreiben Sie die Regeln neu.", "Write the rules anew."),
    "never-granted": (
        "Streichen Sie Bedingungen oder Verbote, die sich widersprechen.",
        "Remove conditions or prohibitions that contradict each other.",
    ),
    "expired": ("Nennen Sie einen späteren Zeitpunkt.", "Name a later date."),
    "conflict": ("Grenzen Sie beide voneinander ab.", "Set them apart."),
    "not-checked": ("Lassen Sie die Bedingung weg.", "Leave the condition out."),
    "not-applied": (
        "Bieten Sie Daten an, mit denen das schon geschehen ist.",
        "Offer data with which this has already been done.",
    ),
    "records-missing": (
        "Bieten Sie eine Datei in CSV oder JSON an und beschreiben Sie ihre Datensätze.",
        "Offer a file in CSV or JSON and describe its records.",
    ),
    "field-missing": ("Nennen Sie ein Feld, das es gibt.", "Name a field that there is."),
    "groups-missing": (
        "Nennen Sie Felder mit dk:field oder als Gruppen der Datensätze.",
        "Name fields with dk:field, or as the groups of the records.",
    ),
    "manner-unclear": (
        "Nennen Sie Felder, Genauigkeit und kleinste Gruppe einzeln, wie docs/extend.md sie aufzählt.",
        "Name fields, precision and smallest group one by one, as docs/extend.md lists them.",
    ),
    "not-stated": ("Beschreiben Sie die Datensätze genauer.", "Describe the records in more detail."),
    "no-use": ("Erlauben Sie: nutzen (odrl:use).", "Permit use (odrl:use)."),
    "not-seen": ("Machen Sie daraus eine Pflicht des Vertrags.", "Make it an obligation of the agreement."),
}
_DOUBT: Pair = ("Das lässt sich nicht selbsttätig vergleichen ({}).", "This cannot be compared automatically ({}).")
_PARTS: dict[str, Pair] = {
    "action": ("Handlung", "action"),
    "target": ("Daten", "data"),
    "assignee": ("Partei", "party"),
    "prohibition": ("ein Verbot", "a prohibition"),
}


def say(finding: Finding, registry: Registry, language: Language) -> str:
    """Say what a finding means and what to do about it.

    Parameters:
        finding: of a comparison or of `lint`; or, for what is not enforced or of no use here, `not-checked`,
            `not-stated`, `not-applied`, `not-seen`, `no-use`, `records-missing`, `field-missing`, `groups-missing`,
            `manner-unclear`; `other` names the action.
        registry: with which the policies were compiled.
        language: `de` or `en`.
    """
    pair = _SAID.get(finding.code)
    if pair is None:
        return choose(language, _DOUBT).format(finding.other or finding.code)
    about = _about(finding, registry, language)
    said = [choose(language, pair).format(f": {about}" if about else "")]
    if finding.code in _ADVICE:
        said.append(choose(language, _ADVICE[finding.code]))
    return " ".join(said)


def _about(finding: Finding, registry: Registry, language: Language) -> str:
    names = [
        choose(language, _PARTS[name]) if name in _PARTS else subject(name, registry, language)
        for name in finding.operands
    ]
    if not names and finding.other in registry.covers:
        names = [action_name(finding.other, registry, language)]
    about = join(names, choose(language, ("und", "and"))) if names else ""
    return f"{about} ({finding.detail})" if finding.detail else about
