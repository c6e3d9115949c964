"""Deutsche Texte der Abos: warum sie enden, und ihre Seiten."""

SENTENCES: dict[str, str] = {
    # Warum ein Abo mit seinem Vertrag geendet hat.
    "ended-expired": "Die Zeit des Vertrags ist vorbei.",
    "ended-withdrawn": "Der Anbieter hat den Vertrag beendet.",
    "ended-used-up": "Die Nutzungen, die der Vertrag erlaubt, sind verbraucht.",
    "ended-unusable": "Unter dem Vertrag ist hier nichts nutzbar.",
}
