"""English texts of the broker's pages for everybody."""

SENTENCES: dict[str, str] = {
    # What everybody reads about the shared data.
    "menu-start": "Home",
    "menu-search": "Search",
    "menu-organisations": "Organisations",
    "menu-needs": "Needs",
    "needs-lead": "Which data organisations look for. Members that have such data answer "
    "on the pages of their own organisation.",
    "needs-help": "Participants post their needs on the pages of their own connector.",
    "menu-help": "Help",
    "title": "What the city shares",
    "lead": (
        "{provider} shows which data is offered in the data space: by whom, for what and on which terms. The data "
        "itself stays with its providers."
    ),
    "offers": "Offers",
    "organisations": "Organisations",
    "nothing-yet": "Nobody offers data yet.",
    "by-theme": "Offers by theme",
    "column-theme": "Theme",
    "organisations-title": "Organisations",
    "organisations-lead": "Who offers data in the data space.",
    "column-organisation": "Organisation",
    "column-seen": "Last checked",
    "more-organisations": "You find {count} more organisations with the search.",
    "more-organisations-one": "You find one more organisation with the search.",
    "nobody-yet": "No organisation takes part yet.",
    "offers-of": "{count} offers",
    "offers-of-one": "1 offer",
    "offers-none": "This organisation offers nothing at present.",
    "portal": "Portal",
    "references-of": "{count} references",
    "references-of-one": "1 reference",
    "references-none": "This portal lists nothing at present.",
    "seen": "checked {since}",
    "how-to-ask": (
        "Participants of the data space make an agreement on the pages of their own connection: they search for "
        "the same offer there and ask for it."
    ),
    "members-only": (
        "This data catalogue is for participants of the data space. Please search on the pages of your own connection."
    ),
    "unavailable": "The data catalogue is being read anew. Please try again in a minute.",
    "busy": "Very many requests came from your address. Please wait a moment.",
    "unknown-offer": "This offer does not exist any more, or the link is incomplete.",
    "unknown-organisation": "This organisation is not in the data space, or the link is incomplete.",
    "help-lead": "What these pages mean, in plain sentences.",
    "word-space": "Data space",
    "means-space": "Organisations that give each other data under common rules. Nobody collects all data in one place.",
    "word-offer": "Offer",
    "means-offer": (
        "Data that an organisation gives to others, with its terms. What it costs and what it may be used for is "
        "stated."
    ),
    "word-terms": "Terms",
    "means-terms": (
        "What the data may be used for, and how long. What has to be done for it stands beside it: such as naming "
        "the source, or deleting the data at the end."
    ),
    "word-agreement": "Agreement",
    "means-agreement": "Provider and consumer agree on the terms. Both keep the same text.",
    "word-delivery": "Delivery",
    "means-delivery": "The data goes from the provider to the consumer directly. The data catalogue does not see it.",
    "word-fresh": "Provider reachable",
    "means-fresh": (
        "The catalogue asks each organisation regularly. Who does not answer for longer is marked as not reachable."
    ),
    "word-purpose": "Purpose",
    "means-purpose": "What somebody needs the data for. It becomes part of the agreement, and nothing else is allowed.",
    "word-class": "Data class",
    "means-class": (
        "How well data is to be protected: open, internal, confidential or personal. From “confidential” on, a second "
        "person releases it."
    ),
    "word-release": "Release",
    "means-release": "The step with which others can see an offer. It can be taken back.",
    "word-need": "Need",
    "means-need": "A question for which data is still missing. Other participants see it and answer.",
    "word-consent": "Consent",
    "means-consent": "A person allows the use of their data, and may withdraw that at any time.",
    "word-proof": "Records",
    "means-proof": "What was decided and delivered is in the audit log. Later changes of it are noticed.",
    "help-words": "What the words mean",
    "help-offer": "How do I offer data?",
    "help-text-offer": (
        "Open “My offers” and then “New offer”, and drop a file there. Five steps lead to the release. Everything is "
        "kept, also if you stop in between."
    ),
    "help-get": "How do I get data?",
    "help-text-get": (
        "Search for the offer and ask for an agreement. Once the provider agrees, start the delivery there. "
        "If there is no such offer, post a need."
    ),
    "help-decide": "What do I do with a request?",
    "help-text-decide": (
        "The inbox shows who wants what, and how it differs from your offer. You agree, return your offer unchanged, "
        "or decline. The other side reads your reason too."
    ),
    "help-citizen": "I look for data, but for no organisation",
    "help-text-citizen": (
        "You may search and read everything here, without an account. References to portals lead to open data that "
        "everybody may use. Is something missing or wrong? Each offer says whom you can write to."
    ),
    "help-join": "How does my organisation become a participant?",
    "help-text-join": (
        "Departments, companies, associations and universities can become participants. Write to the operator who you "
        "are and what it is about. The operator checks this and sends you an invitation. With it, you set up your own "
        "access. Then you offer data and ask for agreements."
    ),
    "help-operator": "Write to the operator",
    "help-roles": "Who may do what?",
    "help-text-roles": "Each person has one or more roles, which the operator of your organisation gives.",
    "accessibility-title": "Accessibility statement",
    "accessibility-lead": "{provider} wants everybody to be able to use these pages.",
    "accessibility-scope": "What does this statement cover?",
    "accessibility-text-scope": "It covers these pages of {provider}, and no pages to which they link.",
    "accessibility-state": "How accessible are the pages?",
    "accessibility-text-state": (
        "The measure is BITV 2.0, EN 301 549 and WCAG 2.2 at level AA. The pages comply with them in part: what is "
        "missing is listed below. They work with the keyboard alone and without script. They fit narrow screens, and "
        "twice the size."
    ),
    "accessibility-limits": "What is not accessible?",
    "accessibility-text-limits": "This is missing yet:",
    "accessibility-limit-language": "Providers write titles and descriptions, sometimes in one language only.",
    "accessibility-limit-maps": "Maps are drawn. A list or table beside them has the same.",
    "accessibility-limit-easy": "There is no version in easy language or sign language yet.",
    "accessibility-limit-files": "Nobody here checks whether the files that providers deliver are accessible.",
    "accessibility-made": "What is this statement based on?",
    "accessibility-text-made": (
        "On a self-assessment of the maker: each page is checked before each new release, in both languages, light and "
        "dark, with the tool axe. People with disabilities have not checked them yet."
    ),
    "accessibility-report": "Report a barrier",
    "accessibility-text-report": (
        "Write to {provider} on which page something does not work. You get an answer, and the content in another "
        "way too."
    ),
    "accessibility-letter": "Something on this page does not work: {page}\n\nWhat does not work: ",
    "accessibility-mail-report": "Report a barrier by e-mail",
    "accessibility-address-report": "Address in the imprint",
    "accessibility-enforce": "If no answer comes",
    "accessibility-text-enforce": (
        "If no answer comes within four weeks, or it does not help: turn to the body of your federal state that "
        "enforces the accessibility of websites. It costs nothing."
    ),
    "accessibility-address-enforce": "To the enforcement body",
    "as-member": "You search for {name}.",
}
