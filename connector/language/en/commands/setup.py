"""English sentences about the set-up of a folder, its identity card and the members of the list."""

SENTENCES: dict[str, str] = {
    "already-member": "{id} is already a member: add --replace to replace its entry; its roles and claims stay.",
    "no-place": "No identifier can name {url}: use an https address with a host name, or localhost, or add "
    "--identity roster.",
    "place-names": "The address names the participant {did}, and --id names {id}: remove --id, or add --identity "
    "roster.",
    "ask-lose": "{id} loses: {lost}.",
    "claim-unread": "No condition that this release knows reads the claim {name}: check its name.",
    "claim-term": "{value} is no term that the vocabulary knows for the claim {name}: check it, or use an IRI.",
    "claim-of": "claim {name}",
    "stands": "roles: {roles}; claims: {claims}",
    "ask-new-key": "{path} will be replaced by a new key; peers accept it after the next participant list.",
    "ask-settings": "{path} will be written again with the defaults; the old settings are kept beside it.",
    "kept": "The old file is kept: {path}",
    "card-written": "{path}: send this card to the data-space operator.",
    "new-key": "Restart the connector after the new participant list is published.",
    "new-operator-key": "The key signs the participant list, too: publish with `roster publish --former {former}`, "
    "and hand the new card to all participants.",
    "forward": "Forward {url} to port {port} of this machine.",
    "forward-both-ports": "Peers open port 443 only, unless their `net.ports` names others: "
    "give both addresses port 443, with a host name each (`--public-url` and `--second-url`; later: "
    "`protocol.public_url`, {later}).",
    "forward-ports": "Peers open port 443 only, unless their `net.ports` names others: "
    "give the second address port 443 too, with a host name of its own (`--second-url`; later: {later}).",
    "source-missing": "Not in the backup: {path}. Copy it to the folder of offered files.",
    "ask-reset-user": "The password of {name} will not be valid any more, and all sessions end.",
    "ask-disable-user": "{name} will not be able to sign in any more, and all sessions end.",
    "user-disabled": "{name} is disabled; `user admit` admits the user again.",
    "user-admitted": "{name} can sign in again.",
    "user-link": "{person} chooses a password with this link. It works once, until {until}:",
    "first-link": "First sign-in to the pages, with this link (once, until {until}): {link}",
    "ready-link": "prints the link for the first sign-in in the browser when it first starts",
}
