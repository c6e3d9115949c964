"""German sentences about two versions of a policy and about the way out of a denial."""

SENTENCES: dict[str, str] = {
    # Whether the new version grants more or less.
    "width-same": "Beide Fassungen erlauben dasselbe.",
    "width-widened": "Die neue Fassung erlaubt mehr.",
    "width-narrowed": "Die neue Fassung erlaubt weniger.",
    "width-changed": "Die neue Fassung erlaubt anderes.",
    "width-unknown": "Es ist offen, ob die neue Fassung mehr oder weniger erlaubt.",
    # The parts of a policy.
    "part-permission": "Erlaubnis",
    "part-prohibition": "Verbot",
    "part-obligation": "Pflicht des Vertrags",
    "part-duty": "Pflicht vor dem Zugriff",
    "part-remedy": "Folge eines Verstoßes",
    "part-constraint": "Bedingung",
    "part-conflict": "Vorrang bei Widerspruch",
    # A change of a part.
    "kind-added": "{part} neu",
    "kind-removed": "{part} entfallen",
    "kind-widened": "{part} erweitert",
    "kind-narrowed": "{part} verengt",
    "kind-changed": "{part} geändert",
    "before": "vorher {constraints}",
    "after": "jetzt {constraints}",
    # A path from a denial to a permission.
    "path-proven": "erlaubt {steps}",
    "path-open": "möglicherweise erlaubt {steps}",
    "steps-with": "mit: {steps}",
    "steps-without": "ohne: {steps}",
    "step-action": "Handlung {name}",
    "step-target": "Daten {name}",
    "step-assignee": "Partei {name}",
    "step-duty": "Erfüllung der Pflicht vor dem Zugriff",
    "step-wait": "Anfrage ab {at}",
}
