"""German sentences of data planes in processes of their own that the code writes in English, under these."""

SENTENCES: dict[str, str] = {
    "This connector has no listener for other data planes: set signaling.port, then start it again.": "Dieser Konnektor hat "
    "keinen Zugang für andere Datenebenen: bitte signaling.port setzen und ihn neu starten.",
    "signaling.port is missing: a data plane needs the listener for control planes.": "signaling.port fehlt: Eine "
    "Datenebene braucht den Zugang für Steuerebenen.",
    "The control plane of this flow is not registered any more: nobody counts its uses.": "Die Steuerebene dieses "
    "Datenflusses ist nicht mehr angemeldet: Niemand zählt seine Nutzungen.",
    "The plane refused the message with status {}: read its log.": "Die Gegenstelle hat die Nachricht mit Status {0} "
    "abgelehnt: Näheres steht in ihrem Protokoll.",
    "The plane {} answers with something else: {}": "Die Gegenstelle {0} antwortet mit etwas anderem: {1}",
    "The plane {} cannot be reached: {}": "Die Gegenstelle {0} ist nicht erreichbar: {1}",
    "it answered with status {}.": "Sie hat mit Status {0} geantwortet.",
    "The data plane {} has {} flows that have not ended: drain it and wait, or use --force.": "Die Datenebene {0} hat noch "
    "{1} Datenflüsse: bitte leerlaufen lassen (drain) und warten, oder --force angeben.",
    "The order lacks what the data plane is: give a key of a data plane of Datenkontor, or the identifier, the profiles "
    "and the key set of another one.": "Es fehlt, was die Datenebene ist: bitte einen Schlüssel einer Datenebene von "
    "Datenkontor angeben, oder Kennung, Profile und Schlüsselliste einer anderen.",
    "Unknown data plane {}: list them to find its identifier.": "Die Datenebene {0} ist unbekannt: Die Liste nennt alle "
    "Kennungen.",
    "The address has too many or too long labels: use at most {} of {} characters.": "Die Adresse hat zu viele oder zu "
    "lange Schlagworte: höchstens {0} mit je {1} Zeichen.",
    "The address of the kind plane cannot be read: {}.": "Die Adresse der Art plane ist nicht lesbar: {0}.",
    "The address has `headers`, which may be a secret and would be sent: keep it at the data plane itself.": "Die Adresse "
    "hat `headers`, die geheim sein können und verschickt würden: bitte bei der Datenebene selbst hinterlegen.",
    "No data plane takes new flows with these labels ({}): add one with `datenkontor dataplane add`.": "Keine Datenebene "
    "nimmt neue Datenflüsse mit diesen Schlagworten ({0}) an: bitte eine mit `datenkontor dataplane add` anmelden.",
    "Another data plane receives this data, and it delivers once: request a new transfer.": "Eine andere Datenebene "
    "empfängt diese Daten, und sie liefert einmal: bitte eine neue Lieferung anfordern.",
    "The data plane {} answers a start with nothing.": "Die Datenebene {0} antwortet auf einen Start mit nichts.",
    "The data plane {} does not know the flow any more: {}": "Die Datenebene {0} kennt den Datenfluss nicht mehr: {1}",
    "The data plane {} does not suspend: {}": "Die Datenebene {0} hält nicht an: {1}",
    "The data plane {} has not told within {} s that the flow is ready.": "Die Datenebene {0} hat nicht binnen {1} s "
    "gemeldet, dass der Datenfluss bereit ist.",
    "The data plane {} of the flow {} is not registered any more.": "Die Datenebene {0} des Datenflusses {1} ist nicht mehr "
    "angemeldet.",
    "The data plane {} refuses the flow: {}": "Die Datenebene {0} lehnt den Datenfluss ab: {1}",
    "The data plane {} refuses to {}: {}": "Die Datenebene {0} lehnt {1} ab: {2}",
    "The data plane {} was removed.": "Die Datenebene {0} wurde entfernt.",
    "The authorization needs the type {} and a `jwks` with the keys of the plane's tokens: add them.": "Zum Nachweis gehören "
    "der Typ {0} und eine `jwks` mit den Schlüsseln der Gegenstelle: bitte ergänzen.",
    "The data plane cannot be reached: {}": "Die Datenebene ist nicht erreichbar: {0}",
    "The identifier is that of this plane itself: use another one.": "Die Kennung ist die eigene: bitte eine andere "
    "verwenden.",
    "There are too many or too long {}: use at most {}.": "Zu viele oder zu lange Angaben ({0}): höchstens {1}.",
    "There are {} planes already: remove one.": "Es sind schon {0} angemeldet: bitte eine entfernen.",
    "There is no such registration: compare its identifier.": "Diese Anmeldung gibt es nicht: bitte die Kennung vergleichen.",
    "{} answered {} {} with status {}: it is no data plane.": "{0} hat {1} {2} mit Status {3} beantwortet: Das ist keine "
    "Datenebene.",
    "{} does not know the key: use a management key of it with the scope admin.": "{0} kennt den Schlüssel nicht: bitte "
    "einen ihrer Verwaltungsschlüssel mit dem Recht admin verwenden.",
    "{} is no data plane of Datenkontor: {}": "{0} ist keine Datenebene von Datenkontor: {1}",
    "The authorization server of the data plane {} gave no token: {}": "Der Anmeldedienst der Datenebene {0} hat keinen "
    "Nachweis ausgestellt: {1}",
    "The key set has {} keys: give 1 to {}.": "Die Schlüsselliste hat {0} Schlüssel: erlaubt sind 1 bis {1}.",
    "The keys are no JSON Web Key Set: give an object with a list `keys`.": "Die Schlüssel sind keine Schlüsselliste (JWKS): "
    "bitte ein Objekt mit einer Liste `keys` angeben.",
    "The body is not a JSON object: expected a message of Data Plane Signaling.": "Der Inhalt ist kein JSON-Objekt: Erwartet "
    "wird eine Nachricht von Data Plane Signaling.",
    "The message does not follow Data Plane Signaling: {}.": "Die Nachricht entspricht nicht Data Plane Signaling: {0}.",
    "{} cannot be part of a path: {}.": "{0} kann nicht Teil eines Pfades sein: {1}.",
    "the transfer was never begun": "die Lieferung wurde nie begonnen",
}
