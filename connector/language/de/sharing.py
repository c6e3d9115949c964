"""German texts of the broker's pages for everybody."""

SENTENCES: dict[str, str] = {
    # What everybody reads about the shared data.
    "menu-start": "Start",
    "menu-search": "Suche",
    "menu-organisations": "Organisationen",
    "menu-needs": "Bedarf",
    "needs-lead": "Welche Daten Organisationen suchen. Wer solche Daten hat und Mitglied "
    "ist, antwortet auf den Seiten der eigenen Organisation.",
    "needs-help": "Teilnehmer melden ihren Bedarf auf den Seiten ihres eigenen Anschlusses.",
    "menu-help": "Hilfe",
    "title": "Was die Stadt teilt",
    "lead": (
        "{provider} zeigt, welche Daten im Datenraum angeboten werden: von wem, wofür und zu welchen Bedingungen. "
        "Die Daten selbst bleiben bei ihren Anbietern."
    ),
    "offers": "Angebote",
    "organisations": "Organisationen",
    "nothing-yet": "Noch bietet niemand Daten an.",
    "by-theme": "Angebote nach Thema",
    "column-theme": "Thema",
    "organisations-title": "Organisationen",
    "organisations-lead": "Wer im Datenraum Daten anbietet.",
    "column-organisation": "Organisation",
    "column-seen": "Zuletzt geprüft",
    "more-organisations": "{count} weitere Organisationen finden Sie über die Suche.",
    "more-organisations-one": "Eine weitere Organisation finden Sie über die Suche.",
    "nobody-yet": "Noch ist keine Organisation dabei.",
    "offers-of": "{count} Angebote",
    "offers-of-one": "1 Angebot",
    "offers-none": "Diese Organisation bietet gerade nichts an.",
    "portal": "Portal",
    "references-of": "{count} Verweise",
    "references-of-one": "1 Verweis",
    "references-none": "Dieses Portal verzeichnet gerade nichts.",
    "seen": "{since} geprüft",
    "how-to-ask": (
        "Einen Vertrag schließen Teilnehmer des Datenraums auf den Seiten ihres eigenen Anschlusses: Sie suchen "
        "dort dasselbe Angebot und stellen eine Anfrage."
    ),
    "members-only": (
        "Dieser Datenkatalog ist für Teilnehmer des Datenraums. Bitte suchen Sie auf den Seiten Ihres eigenen "
        "Anschlusses."
    ),
    "unavailable": "Der Datenkatalog wird gerade neu eingelesen. Bitte versuchen Sie es in einer Minute noch einmal.",
    "busy": "Von Ihrer Adresse kamen gerade sehr viele Anfragen. Bitte warten Sie einen Moment.",
    "unknown-offer": "Dieses Angebot gibt es nicht mehr, oder der Link ist unvollständig.",
    "unknown-organisation": "Diese Organisation ist nicht im Datenraum, oder der Link ist unvollständig.",
    "help-lead": "Was auf diesen Seiten gemeint ist, in einfachen Sätzen.",
    "word-space": "Datenraum",
    "means-space": (
        "Organisationen, die einander Daten nach gemeinsamen Regeln geben. Niemand sammelt alle Daten an einer Stelle."
    ),
    "word-offer": "Angebot",
    "means-offer": (
        "Daten, die eine Organisation anderen gibt, mit den Bedingungen dafür. Was es kostet und wofür es erlaubt "
        "ist, steht dabei."
    ),
    "word-terms": "Bedingungen",
    "means-terms": (
        "Wofür und wie lange die Daten genutzt werden dürfen. Was dafür zu tun ist, steht dabei: zum Beispiel die "
        "Quelle nennen oder am Ende löschen."
    ),
    "word-agreement": "Vertrag",
    "means-agreement": "Anbieter und Bezieher sind sich über die Bedingungen einig. Beide bewahren denselben Text auf.",
    "word-delivery": "Lieferung",
    "means-delivery": "Die Daten gehen direkt vom Anbieter zum Bezieher. Der Datenkatalog sieht sie nicht.",
    "word-fresh": "Anbieter erreichbar",
    "means-fresh": (
        "Der Katalog fragt jede Organisation regelmäßig. Wer länger nicht antwortet, ist als nicht erreichbar markiert."
    ),
    "word-purpose": "Zweck",
    "means-purpose": "Wofür jemand die Daten braucht. Er wird Teil des Vertrags, und anderes ist nicht erlaubt.",
    "word-class": "Schutzklasse",
    "means-class": (
        "Wie sehr Daten zu schützen sind: offen, intern, vertraulich oder personenbezogen. Ab „vertraulich“ gibt "
        "eine zweite Person frei."
    ),
    "word-release": "Freigabe",
    "means-release": "Der Schritt, mit dem ein Angebot für andere sichtbar wird. Er lässt sich zurücknehmen.",
    "word-need": "Bedarf",
    "means-need": "Eine Frage, zu der noch Daten fehlen. Andere Teilnehmer sehen sie und antworten.",
    "word-consent": "Einwilligung",
    "means-consent": "Ein Mensch erlaubt, dass seine Daten genutzt werden. Er kann das jederzeit widerrufen.",
    "word-proof": "Nachweis",
    "means-proof": "Was entschieden und geliefert wurde, steht im Prüfprotokoll. Nachträgliche Änderungen fallen auf.",
    "help-words": "Was die Wörter bedeuten",
    "help-offer": "Wie biete ich Daten an?",
    "help-text-offer": (
        "Öffnen Sie „Meine Angebote“ und dann „Neues Angebot“, und ziehen Sie eine Datei hinein. Fünf Schritte führen "
        "bis zur Freigabe. Alles bleibt gespeichert, auch wenn Sie zwischendurch aufhören."
    ),
    "help-get": "Wie komme ich an Daten?",
    "help-text-get": (
        "Suchen Sie das Angebot, und stellen Sie eine Anfrage. Stimmt der Anbieter zu, starten Sie beim Vertrag die "
        "Lieferung. Gibt es das Angebot nicht, melden Sie einen Bedarf."
    ),
    "help-decide": "Was mache ich mit einer Anfrage?",
    "help-text-decide": (
        "Der Eingang zeigt, wer was möchte und was von Ihrem Angebot abweicht. Sie stimmen zu, geben Ihr Angebot "
        "unverändert zurück oder lehnen ab. Ihre Begründung liest auch die andere Seite."
    ),
    "help-citizen": "Ich suche Daten, aber für keine Organisation",
    "help-text-citizen": (
        "Suchen und lesen dürfen Sie alles, was hier steht, ohne Konto. Verweise auf Portale führen zu offenen Daten, "
        "die jeder nutzen darf. Fehlt etwas oder stimmt etwas nicht? Bei jedem Angebot steht, wem Sie schreiben können."
    ),
    "help-join": "Wie wird meine Organisation Teilnehmer?",
    "help-text-join": (
        "Ämter, Unternehmen, Vereine und Hochschulen können Teilnehmer werden. Schreiben Sie dem Betreiber, wer Sie "
        "sind und worum es Ihnen geht. Er prüft das und schickt Ihnen eine Einladung. Mit ihr richten Sie Ihren "
        "eigenen Anschluss ein. Danach bieten Sie Daten an und stellen Anfragen."
    ),
    "help-operator": "Dem Betreiber schreiben",
    "help-roles": "Wer darf was?",
    "help-text-roles": "Jede Person hat eine oder mehrere Rollen. Der Betrieb Ihres Hauses gibt sie.",
    "accessibility-title": "Erklärung zur Barrierefreiheit",
    "accessibility-lead": "{provider} möchte, dass alle diese Seiten benutzen können.",
    "accessibility-scope": "Wofür gilt diese Erklärung?",
    "accessibility-text-scope": "Sie gilt für diese Seiten von {provider}, nicht für Seiten, auf die sie verweisen.",
    "accessibility-state": "Wie weit sind die Seiten barrierefrei?",
    "accessibility-text-state": (
        "Maßstab sind die BITV 2.0, die EN 301 549 und die WCAG 2.2 auf der Stufe AA. Die Seiten sind damit "
        "teilweise vereinbar: Was fehlt, steht unten. Sie lassen sich mit der Tastatur allein und ohne Skript "
        "bedienen. Sie passen auf schmale Bildschirme und in doppelter Größe."
    ),
    "accessibility-limits": "Was ist nicht barrierefrei?",
    "accessibility-text-limits": "Das fehlt noch:",
    "accessibility-limit-language": "Titel und Beschreibungen schreiben die Anbieter, manchmal nur in einer Sprache.",
    "accessibility-limit-maps": "Karten sind gezeichnet. Daneben steht dasselbe als Liste oder Tabelle.",
    "accessibility-limit-easy": "Leichte Sprache und Gebärdensprache gibt es noch nicht.",
    "accessibility-limit-files": "Dateien, die Anbieter liefern, prüft hier niemand auf Barrieren.",
    "accessibility-made": "Worauf beruht diese Erklärung?",
    "accessibility-text-made": (
        "Auf einer Selbstbewertung des Herstellers: Jede Seite wird vor jeder neuen Fassung geprüft, in beiden "
        "Sprachen, hell und dunkel, mit dem Prüfprogramm axe. Menschen mit Behinderungen haben sie noch nicht geprüft."
    ),
    "accessibility-report": "Eine Barriere melden",
    "accessibility-text-report": (
        "Schreiben Sie {provider}, auf welcher Seite etwas nicht geht. Sie erhalten eine Antwort, und das Angebot "
        "auch auf anderem Weg."
    ),
    "accessibility-letter": "Auf dieser Seite geht etwas nicht: {page}\n\nWas nicht geht: ",
    "accessibility-mail-report": "Barriere per E-Mail melden",
    "accessibility-address-report": "Anschrift im Impressum",
    "accessibility-enforce": "Wenn keine Antwort kommt",
    "accessibility-text-enforce": (
        "Kommt in vier Wochen keine Antwort, oder hilft sie nicht: Wenden Sie sich an die Stelle Ihres Landes, die die "
        "Barrierefreiheit von Webseiten durchsetzt. Das kostet nichts."
    ),
    "accessibility-address-enforce": "Zur Durchsetzungsstelle",
    "as-member": "Sie suchen für {name}.",
}
