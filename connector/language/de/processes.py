"""German sentences about negotiations, transfers and agreements, for the counterparty and the operator."""

SENTENCES: dict[str, str] = {
    "no-agreement": "Für diese Lieferung gibt es keinen abgeschlossenen Vertrag.",
    "withdrawn": "Der Anbieter ist vom Vertrag zurückgetreten.",
    "possible-again": "Wieder möglich ab {at}.",
    "unreadable": "Diese Nutzungsbedingungen werden nicht unterstützt. Einzelheiten auf Englisch: „{reason}“",
    "duty-failed": "Eine Pflicht des Vertrags ließ sich nicht erfüllen. {reason}",
    "other-terms": "Die Anfrage nennt andere Bedingungen als das Angebot.",
    "own-offer": "Der Anbieter macht ein eigenes Angebot.",
    "offer-differs": "Das Angebot weicht von der Anfrage ab.",
    "new-duties": "Das Angebot verlangt Pflichten, nach denen nicht gefragt war: {duties}.",
    "by-person": "Über Daten der Klasse {data_class} entscheidet ein Mensch.",
}
