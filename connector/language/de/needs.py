"""German sentences about needs: why an offer matches one, and what participants are told."""

SENTENCES: dict[str, str] = {
    "purpose-met": "Erlaubt den Zweck: {value}",
    "purpose-unmet": "Erlaubt den Zweck nicht: {value}",
    "purpose-unsaid": "Sagt nicht, ob der Zweck erlaubt ist: {value}",
    "area-met": "Betrifft das Gebiet",
    "area-unmet": "Betrifft ein anderes Gebiet",
    "area-unsaid": "Nennt kein Gebiet, das sich vergleichen lässt",
    "time-met": "Betrifft den Zeitraum",
    "time-unmet": "Betrifft einen anderen Zeitraum",
    "time-unsaid": "Nennt keinen Zeitraum",
    "frequency-met": "Wird mindestens so oft aktualisiert: {value}",
    "frequency-unmet": "Wird seltener aktualisiert als nötig: {value}",
    "frequency-unsaid": "Sagt nicht, wie oft aktualisiert wird; nötig: {value}",
    "budget-met": "Kostenlos",
    "budget-unmet": "Kostenpflichtig",
    "budget-unsaid": "Der Preis steht erst in den Nutzungsbedingungen",
    "notice-matched": "Ein Angebot passt zu Ihrem Bedarf.",
    "notice-answered": "Ihr Bedarf hat eine Antwort.",
    "notice-wanted": "Ein Bedarf passt zu Ihren Daten.",
    "notice-closed": "Ein Bedarf, auf den Sie geantwortet haben, ist abgeschlossen.",
}
