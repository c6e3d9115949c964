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
        "ask-withdraw": "{id} will no longer be offered, and running transfers end.",
        "ask-withdraw-consent": "Nothing on {id} will leave any more for what was agreed to.",
        "consents": "{count} recorded.",
        "consents-stopped": "Stopped: {count} were recorded; the part from line {line} on was not.",
        "ask-terminate": "{id} will be ended for good.",
        "ask-reject": "{id} will be refused and ended for good.",
        "ask-overwrite": "{path} exists and will be overwritten.",
        "ask-remove": "{id} will no longer be a member.",
        "now": "{id} is {state}.",
        "asked": "asked for, not answered yet",
        "owed": "{state} ({message} is on its way)",
        "waits": "{id} waits for a decision here: {reason}",
        "slow": "{id} is still {state} after {seconds:g} s and goes on; a person may have to approve it.",
        "ended": "{id} was ended by {by}: {reason}",
        "found": "{shown} of {total} found; get one with: datenkontor get NUMBER",
        "more-hits": "There are more: repeat with --after {cursor}.",
        "step-negotiating": "Negotiating ({id}) …",
        "step-agreed": "Agreed: {id}",
        "step-transferring": "The data is on its way ({id}) …",
        "saved": "{path}: {size}, SHA-256 {sha256}",
        "policy-good": "Nothing keeps {file} from being offered.",
        "policy-bad": "{file} would not be offered; what keeps it from that: {count}.",
        "within": "All that the second asks for is allowed by the first.",
        "beyond": "The second asks for more than the first allows.",
        "within-unknown": "Whether the second stays within the first cannot be told.",
        "cases-good": "{count} cases came out as expected.",
        "cases-bad": "{bad} of {count} cases came out otherwise than expected.",
        "permitted": "permitted",
        "denied": "denied",
        "to-do": "To be done: {duties}.",
        "turns": "From {at} on: {verdict}.",
        "go-on": "Interrupted; the same command goes on where this one stood.",
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
        "ask-withdraw": "{id} wird dann nicht mehr angeboten, und laufende Lieferungen enden.",
        "ask-withdraw-consent": "Über {id} wird dann nichts mehr geliefert, worin eingewilligt war.",
        "consents": "{count} eingetragen.",
        "consents-stopped": "Abgebrochen: {count} sind eingetragen; der Teil ab Zeile {line} ist es nicht.",
        "ask-terminate": "{id} wird dann endgültig beendet.",
        "ask-reject": "{id} wird dann abgelehnt und endgültig beendet.",
        "ask-overwrite": "{path} gibt es schon und wird überschrieben.",
        "ask-remove": "{id} ist dann kein Mitglied mehr.",
        "now": "{id}: {state}.",
        "asked": "angefragt, noch unbeantwortet",
        "owed": "{state} ({message} ist unterwegs)",
        "waits": "{id} wartet hier auf eine Entscheidung: {reason}",
        "slow": "{id} ist nach {seconds:g} s noch {state} und geht weiter; vielleicht muss ein Mensch zustimmen.",
        "ended": "{id} wurde von {by} beendet: {reason}",
        "found": "{shown} von {total} gefunden; holen mit: datenkontor get NUMMER",
        "more-hits": "Es gibt mehr: wiederholen mit --after {cursor}.",
        "step-negotiating": "Der Vertrag wird verhandelt ({id}) …",
        "step-agreed": "Vertrag: {id}",
        "step-transferring": "Die Daten sind unterwegs ({id}) …",
        "saved": "{path}: {size}, SHA-256 {sha256}",
        "policy-good": "Nichts hindert daran, {file} anzubieten.",
        "policy-bad": "{file} würde nicht angeboten; Hindernisse: {count}.",
        "within": "Alles, was die zweiten Regeln wollen, erlauben die ersten.",
        "beyond": "Die zweiten Regeln wollen mehr, als die ersten erlauben.",
        "within-unknown": "Ob die zweiten Regeln in den ersten bleiben, lässt sich nicht sagen.",
        "cases-good": "{count} Fälle kamen heraus wie erwartet.",
        "cases-bad": "{bad} von {count} Fällen kamen anders heraus als erwartet.",
        "permitted": "erlaubt",
        "denied": "abgelehnt",
        "to-do": "Zu tun: {duties}.",
        "turns": "Ab {at}: {verdict}.",
        "go-on": "Unterbrochen; derselbe Befehl macht dort weiter.",
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
