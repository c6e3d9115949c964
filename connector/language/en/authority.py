"""English sentences about the authority of a data space and its members."""

SENTENCES: dict[str, str] = {
    "needs-https": "The public URL {url} is no https address, and not localhost, so no identifier can name it: set "
    "protocol.public_url to the address at which others reach the process.",
    "no-passphrase": "The settings name no pass phrase: write it to a file of mode 0600, and name the file in "
    "identity.secret_file.",
    "protected": "Encrypted with the pass phrase: {names}.",
    "all-protected": "No private key lies in a file without a pass phrase: nothing was changed.",
    "no-hardware": "The settings name no token: add the section identity.hardware with module, token and label.",
    "key-created": "The key {id} is in the token {token}, which it cannot leave; the card {card} states it.",
    "in-token": "The key is in the token {token}: give identity.hardware another label, run `key create`, and send the "
    "card to the data-space operator.",
    "no-rotation": "Only the key of a participant with the mechanism dcp is rotated by its authority: use "
    "`card --new-key`, and send the card to the data-space operator.",
    "ask-rotate": "A new key takes the place of {path} with the next start. Make it?",
    "ask-announce": "A new key gets into the list and the document; {path} goes on signing. Make it?",
    "key-announced": "The list has the new key {id} too. Restart the process; after {minutes} minutes, "
    "`key rotate` lets it sign.",
    "key-rotated": "The list has the new key {id} beside {former}. Restart the process; when all have seen the "
    "list, end the old key with `key revoke {former}`.",
    "key-in-use": "The key {id} is in use: rotate it first.",
    "key-unknown": "There is no former key {id}: `key list` names them.",
    "ask-revoke-key": "Nothing that the key {id} signs is accepted any more. End it?",
    "key-revoked": "The key {id} is ended. Restart the process; the file {file} is not needed any more.",
    "needs-url": "The folder {directory} is not set up: add --public-url with the https address at "
    "which others reach the connector.",
    "exists": "There is an authority already, in {folder}: it was not changed.",
    "none": "The settings {file} name no authority: run `authority init` with the settings of the broker.",
    "made": "The authority {did} is made, in {folder}.",
    "roots": "Move the root {root} and the spare {spare} away from this machine now, to two different places.",
    "profile": "{path} says whose credentials count; `authority publish` signs it with the list.",
    "moving": "Members go on as before. Invite each of them; when all have joined, remove "
    "moving_over from the profile and publish.",
    "published": "Version {version} of the list is published, until {until}; {heard} of {members} "
    "members were told of it, and each verifies it itself.",
    "rotated": "Certificate {number} is made; the new issuer key signs until {until}.",
    "ask-stolen": "All credentials of this authority end now, and each process asks for its own anew. Go on?",
    "no-spare": "There is no spare root left: `authority renew` makes the next pair, with the same file.",
    "ask-recover": "Members refuse the first root from now on, for good. Go on?",
    "invited": "Send the link to {name} on a way on which nobody else reads it. It can be used "
    "once, within {count} days.",
    "namesake": "{id} is called {name} already. With its own key it uses this link for a new host name, and keeps its "
    "roles and claims. Anybody else becomes a second member of that name.",
    "invited-one": "Send the link to {name} on a way on which nobody else reads it. It can be used once, within 1 day.",
    "ask-suspend": "Nobody will speak with {id} until it is admitted again, and what runs with it ends. Suspend it?",
    "restored": "This is the authority of a data space, and members refuse lists that are older than those that they "
    "have seen. Once its process runs: repeat what was changed since the backup, and run `datenkontor authority rotate "
    "--root FILE --stolen --settings {settings}`, once more for each rotation since the backup.",
    "changed": "{id} is changed.",
    "change-nothing": "Nothing is to be changed: add --role or --claim.",
    "more-roles": "Other members see the new role once {id} has its next credential: `datenkontor credential renew` "
    "there asks for it.",
    "suspended": "{id} is suspended.",
    "admitted": "{id} takes part again.",
    "ask-revoke": "{id} will be no member any more, and its credentials end for good. Revoke it?",
    "revoked": "{id} is revoked.",
    "open": "Invited until {until}: {name}",
    "partner-added": "{id} is listed, for {types}.",
    "partner-changed": "{id} is listed, for {types}; before, for {before}.",
    "partner-lacks": "Your profile asks for {types}, which {id} may not issue here: its members are refused where it "
    "is asked for. Add --type with it if they are not to be.",
    "agreed": "The invitation for {name} has a second person now; its link can be used.",
    "ask-withdraw": "The link for {name} makes nobody a member any more. Withdraw the invitation?",
    "withdrawn": "The invitation for {name} is withdrawn.",
    "ask-partner": "What runs with the members of {id} ends. Take it off the list?",
    "not-partner": "{id} is no listed authority: `authority partner list` shows them.",
    "partner-removed": "{id} is not listed any more.",
    "ask-renew": "Members refuse the old roots from now on, for good. Go on?",
    "ask-renew-by-hand": "Each member has to pin the new roots by hand before the issuer key ends. Go on?",
    "spare-or-hand": "Either the spare root names the new ones, or members pin them by hand: give --spare or "
    "--by-hand.",
    "pin-later": "Members follow by themselves. Who pins by hand compares the thumbprint {root}.",
    "pin-by-hand": "Tell each member the thumbprint, by telephone; it runs `datenkontor authority pin {root}`. When "
    "all have, run `authority rotate` with the new root: then the old ones count no more. The process of this "
    "folder has them after a restart: restart it before that.",
    "not-followed": "The settings {file} read no list from the address of an authority: hand the file of its roots "
    "over, and name it in identity.operator_key.",
    "pinned": "The roots in {path} are pinned. Restart the process.",
    "own-root": "The thumbprint of the own root is {root}.",
    "joined": "{name} is a member now.",
    "join-goes-on": "The authority may have taken the request: the folder keeps the key that asked. Correct what is "
    "said below, and call `join` again with the same invitation.",
    "joined-again": "{name} is a member already; the answer of the authority was stored again.",
}
