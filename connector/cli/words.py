"""The sentences of the main way in German and English. Help texts and faults of peers stay as they are written."""

import os

ENGLISH, GERMAN = "en", "de"

SENTENCES: dict[str, dict[str, str]] = {
    ENGLISH: {
        "nothing": "There is nothing to show.",
        "more": "There is more: repeat with --after {cursor}, or with --all.",
        "yes-no": "[y/N]",
        "add-yes": "{question} Add --yes to do it without being asked.",
        "left": "Nothing was changed.",
        "init-done": "{name} ({id}) is set up in {folder}.",
        "init-key": "The management key, shown this once (only its hash is kept):",
        "init-next": "Next:",
        "init-local": "Reachable on this machine only; give --public-url for a connector that others can reach.",
        "init-hand": "hand this card to the operator of the data space",
        "init-operator": "and put the operator's public key there",
        "init-list": "and the participant list there",
        "asset-add": "{title} is kept as {id} ({status}).",
        "asset-moved": "{title} is {status}.",
        "ask-withdraw": "{id} will no longer be offered.",
        "ask-terminate": "{id} will be ended for good.",
        "ask-reject": "{id} will be refused and ended for good.",
        "ask-overwrite": "{path} exists and will be overwritten.",
        "ask-remove": "{id} will no longer be a member.",
        "started": "{id} is on its way ({state}).",
        "now": "{id} is {state}.",
        "waits": "{id} waits for a person: {reason}",
        "slow": "{id} is still {state} after {seconds:g} s; it goes on: look again with the wait command.",
        "ended": "{id} ended: {reason}",
        "no-reason": "no reason was given.",
        "found": "{count} found.",
        "get-negotiating": "Negotiating with {peer} for {dataset} …",
        "get-agreed": "Agreed: {agreement}",
        "get-again": "Using the agreement we hold: {agreement}",
        "get-fetching": "Fetching …",
        "get-done": "{path}: {size}, SHA-256 {sha256}",
        "refused": "{peer} refused: {reason}",
        "served": "ready",
    },
    GERMAN: {
        "nothing": "Es gibt nichts anzuzeigen.",
        "more": "Es gibt mehr: wiederholen mit --after {cursor} oder mit --all.",
        "yes-no": "[j/N]",
        "add-yes": "{question} Mit --yes geschieht es ohne Rückfrage.",
        "left": "Es wurde nichts geändert.",
        "init-done": "{name} ({id}) ist in {folder} eingerichtet.",
        "init-key": "Der Verwaltungsschlüssel, nur dieses eine Mal gezeigt (aufbewahrt wird nur sein Hash):",
        "init-next": "Als Nächstes:",
        "init-local": "Nur auf diesem Rechner erreichbar; mit --public-url wird der Anschluss für andere erreichbar.",
        "init-hand": "diese Karte dem Betreiber des Datenraums geben",
        "init-operator": "und den öffentlichen Schlüssel des Betreibers dorthin legen",
        "init-list": "und die Teilnehmerliste dorthin",
        "asset-add": "{title} ist als {id} abgelegt ({status}).",
        "asset-moved": "{title}: {status}.",
        "ask-withdraw": "{id} wird dann nicht mehr angeboten.",
        "ask-terminate": "{id} wird dann endgültig beendet.",
        "ask-reject": "{id} wird dann abgelehnt und endgültig beendet.",
        "ask-overwrite": "{path} gibt es schon und wird überschrieben.",
        "ask-remove": "{id} ist dann kein Mitglied mehr.",
        "started": "{id} ist unterwegs ({state}).",
        "now": "{id}: {state}.",
        "waits": "{id} wartet auf einen Menschen: {reason}",
        "slow": "{id} ist nach {seconds:g} s noch {state}; es geht weiter: mit dem Befehl wait wieder nachsehen.",
        "ended": "{id} ist beendet: {reason}",
        "no-reason": "ohne Angabe eines Grundes.",
        "found": "{count} gefunden.",
        "get-negotiating": "Vertrag mit {peer} über {dataset} wird verhandelt …",
        "get-agreed": "Vertrag geschlossen: {agreement}",
        "get-again": "Der bestehende Vertrag gilt: {agreement}",
        "get-fetching": "Daten werden geholt …",
        "get-done": "{path}: {size}, SHA-256 {sha256}",
        "refused": "{peer} hat abgelehnt: {reason}",
        "served": "bereit",
    },
}


def language(wanted: str | None) -> str:
    """Return the language of sentences: the one asked for, else that of the environment, else English."""
    chosen = wanted or next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return GERMAN if chosen.lower().startswith(GERMAN) else ENGLISH


def words(lang: str, key: str, **fields: object) -> str:
    """Return the sentence `key` in a language, with its fields filled in."""
    return SENTENCES[lang][key].format(**fields)
