"""German sentences about negotiations, transfers and agreements, for the counterparty and the operator."""

SENTENCES: dict[str, str] = {
    "no-agreement": "Für diese Lieferung gibt es keinen abgeschlossenen Vertrag.",
    "blocked": "Der Vertragspartner hat diesen Teilnehmer ausgeschlossen.",
    "not-listed": "Der Teilnehmer steht nicht mehr auf der Teilnehmerliste.",
    "membership-suspended": "Der Betreiber des Datenraums lässt die Mitgliedschaft des Teilnehmers ruhen.",
    "list-expired": "Die Teilnehmerliste ist abgelaufen, und die Frist für laufende Übertragungen ist vorbei.",
    "credential-ended": "Ein Nachweis des Teilnehmers gilt nicht mehr.",
    "status-unknown": "Ob ein Nachweis des Teilnehmers noch gilt, war zu lange nicht zu prüfen.",
    "refused-there": "Der Anbieter hat die letzte Lieferung abgelehnt: {reason}",
    "excluded-here": "Der Teilnehmer ist hier ausgeschlossen: `participant unblock` lässt ihn wieder zu.",
    "withdrawn": "Der Anbieter ist vom Vertrag zurückgetreten.",
    "possible-again": "Wieder möglich ab {at}.",
    "unreadable": "Diese Nutzungsbedingungen werden nicht unterstützt. Einzelheiten auf Englisch: „{reason}“",
    "unfit": "{reason}",
    "not-for-us": "Das Angebot gilt nur für {parties}.",
    "no-offer-acceptable": "Kein Angebot des Datensatzes kann hier angenommen werden. {reasons}",
    "not-acceptable": "Diese Bedingungen können hier nicht angenommen werden. {reason}",
    "unknown-purpose": "Der Zweck {purpose} ist unbekannt: "
    "Nennen Sie einen Begriff des Data Privacy Vocabulary, etwa dpv:AcademicResearch, oder eine absolute IRI.",
    "not-for-purpose": "Diese Bedingungen schließen den Zweck aus: Es wurde nichts angefragt. {reason}",
    "duty-failed": "Eine Pflicht des Vertrags ließ sich nicht erfüllen. {reason}",
    "other-terms": "Die Anfrage nennt andere Bedingungen als das Angebot.",
    "own-offer": "Der Anbieter macht ein eigenes Angebot.",
    "offer-differs": "Das Angebot weicht von der Anfrage ab.",
    "new-duties": "Das Angebot verlangt Pflichten, nach denen nicht gefragt war: {duties}.",
    "unseen-text": "Die Bedingungen der Gegenseite enthalten die Angabe {member}, die hier"
    " niemand gemacht hat: Ein Mensch entscheidet, ob sie unterschrieben wird.",
    "flow-not-found": "Die Quelle des Anbieters ist nicht verfügbar (nicht gefunden).",
    "flow-not-allowed": "Die Quelle des Anbieters ist nicht verfügbar (Zugriff verweigert).",
    "flow-unavailable": "Die Quelle des Anbieters ist zurzeit nicht verfügbar.",
    "flow-untreatable": "Die Daten können nicht so aufbereitet werden, wie es die Vereinbarung verlangt.",
    "flow-not-stored": "Der Empfänger konnte die Daten nicht speichern.",
    "flow-no-space": "Beim Empfänger ist kein Speicherplatz mehr frei.",
    "flow-address": "Die Datenadresse gehört zu keiner Adresse, die die Teilnehmerliste für ihren Absender enthält.",
    "flow-peer": "Der Endpunkt an der angegebenen Datenadresse hat nicht funktioniert.",
    "flow-limit": "Die Datenmenge, die die Vereinbarung erlaubt, ist erreicht.",
    "flow-uses": "Die Zahl der Nutzungen, die die Vereinbarung erlaubt, ist erreicht.",
    "flow-internal": "Im Connector, der die Daten überträgt, ist ein interner Fehler aufgetreten.",
    "negotiating-fault": "Die Verhandlung ist nach {seconds:g} Sekunden nicht abgeschlossen und wird erneut versucht: "
    "{fault}",
    "transferring-fault": "Die Übertragung ist nach {seconds:g} Sekunden nicht abgeschlossen und wird erneut versucht: "
    "{fault}",
    "message-refused": "Die Nachricht {message} von {by} wurde hier abgelehnt, weil sie nicht den Regeln entspricht. "
    "Einzelheiten auf Englisch: „{reason}“",
    "negotiation-stuck": "Der Anbieter muss seinen Connector berichtigen; `datenkontor negotiation terminate {id}` "
    "beendet diese Verhandlung, danach ist eine neue möglich.",
    "transfer-stuck": "Der Anbieter muss seinen Connector berichtigen; `datenkontor transfer terminate {id}` "
    "beendet diese Übertragung, danach ist eine neue möglich.",
    "negotiation-ended": "Die Verhandlung wurde von {by} beendet: {reason}",
    "transfer-ended": "Die Lieferung wurde von {by} beendet: {reason}",
    "negotiation-ended-silently": "Die Verhandlung wurde ohne Begründung beendet.",
    "transfer-ended-silently": "Die Lieferung wurde ohne Begründung beendet.",
    "ask-again": "Neu anfragen: einen neuen Vertrag verlangen (renew=True).",
    "approve-withdrawn": "Das Angebot ist beendet: Die Daten werden nicht mehr angeboten. Bitte die Anfrage ablehnen "
    "oder die Daten erneut veröffentlichen.",
    "approve-changed": "Das Angebot hat andere Bedingungen, seit diese Anfrage wartet: Bitte beide ansehen und der "
    "Anfrage dann so zustimmen, wie sie ist, ein Gegenangebot machen oder sie ablehnen.",
    "offer-withdrawn": "Das Angebot wurde inzwischen zurückgezogen: Eine Zustimmung ist nicht mehr möglich.",
    "offer-changed": "Das Angebot wurde inzwischen geändert: Eine Zustimmung schließt den Vertrag zu den angefragten "
    "Bedingungen.",
    "by-person": "Über Daten der Klasse {data_class} entscheidet ein Mensch.",
}
