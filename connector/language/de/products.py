"""German texts of products: why they cannot be made or offered, and why they were stopped."""

SENTENCES: dict[str, str] = {
    # Why a product cannot be made or offered.
    "no-input": "Die Eingabe {name} kann nicht verwendet werden.",
    "nothing-arrived": "Unter dem Vertrag der Eingabe {name} ist noch nichts angekommen: Holen Sie ihre Daten "
    "zuerst in eine Datei.",
    "unreadable": "Die Bedingungen von {title} sind nicht lesbar, daher kann nichts daraus abgeleitet werden.",
    "unreadable-offer": "Die Bedingungen des Produkts sind nicht lesbar: Berichtigen Sie seine Bedingungen.",
    "no-derive": "Der Vertrag über {title} erlaubt nicht, Daten daraus abzuleiten: Fragen Sie andere Bedingungen an.",
    "no-distribute": "Der Vertrag über {title} erlaubt nicht, Abgeleitetes weiterzugeben: Fragen Sie andere "
    "Bedingungen an.",
    "void": "Die Bedingungen von {title} und der anderen Eingaben schließen einander aus: Zusammen kann nichts davon "
    "angeboten werden.",
    "unknown": "Niemand kann sagen, was {title} und die anderen Eingaben zusammen erlauben: Ändern Sie die Bedingungen "
    "Ihrer eigenen Eingaben.",
    "wider": "Die Bedingungen bieten mehr an, als die Eingaben erlauben: Fassen Sie sie enger, oder lassen Sie "
    "sie weg, um anzubieten, was die Eingaben erlauben.",
    "wider-in": "Die Bedingungen bieten mehr an, als die Eingaben erlauben ({parts}): Fassen Sie sie enger, oder "
    "lassen Sie sie weg, um anzubieten, was die Eingaben erlauben.",
    "personal": "Eine Eingabe handelt von Personen: Geben Sie die Klasse personal an, oder gruppieren Sie mit "
    "mindestens 5 Zeilen (`least`).",
    "of-itself": "Das Produkt würde aus sich selbst hergestellt: Wählen Sie eine andere Eingabe.",
    # On the page of an offer.
    "title": "Hergestellt aus",
    "from": "von {party}",
    "made": "Fassung {number}, hergestellt {at}",
    "quality": "Qualität der Daten",
    "measured": "{rows} Zeilen, {missing} Zellen ohne Wert, {repeated} Zeilen doppelt.",
    # Why a product was stopped.
    "asset-withdrawn": "Die Eingabe {title} ist zurückgezogen.",
    "input-vetoed": "Der Eingabe {title} wurde widersprochen: {reason}",
    "agreement-expired": "Der Vertrag über die Eingabe {title} ist abgelaufen.",
    "agreement-withdrawn": "Der Anbieter der Eingabe {title} hat den Vertrag beendet.",
    "agreement-unusable": "Unter dem Vertrag über die Eingabe {title} kann nichts mehr genutzt werden.",
}
