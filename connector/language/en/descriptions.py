"""English texts about what the description of an asset lacks."""

SENTENCES: dict[str, str] = {
    "open-licence": "Open data needs a licence, which says how it may be used: state one such as cc-by/4.0 or "
    "dl-by-de/2.0 (--licence).",
    "hvd-licence": "A high-value dataset needs a licence: state one such as cc-by/4.0 or dl-by-de/2.0 (--licence).",
    "hvd-contact": "A high-value dataset needs a contact: state its e-mail address, web page or telephone number "
    "(--contact), or state one for all offers in the settings.",
    "unstated": "The offer does not state everything that data portals and searches show. It lacks: {members}.",
    "member-description": "a description (--description)",
    "member-keywords": "keywords (--keyword)",
    "member-themes": "a theme (--theme)",
    "member-contact": "a contact (--contact)",
    "member-place": "the area (--place)",
}
