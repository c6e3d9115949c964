"""English sentences of the command line."""

SENTENCES: dict[str, str] = {
    # Listings and confirmations.
    "nothing": "There are no entries.",
    "more": "More entries follow: repeat the command with --after {cursor} or --all.",
    "yes-no": "[y/N]",
    "add-yes": "{question} Add --yes to confirm.",
    "unchanged": "Nothing was changed.",
    "ask-overwrite": "{path} exists and will be overwritten.",
    # The set-up of a folder.
    "init-done": "{name} ({id}) is set up in {folder}.",
    "init-key": "The management key; store it now, it is not shown again:",
    "init-next": "Next:",
    "init-local": "Only this machine can reach it; use --public-url to open it to others.",
    "init-hand": "send this card to the data-space operator",
    "init-operator": "store the public key of the data-space operator there",
    "init-list": "store the participant list there",
    # Assets and the participant list.
    "asset-added": "{title}: added as {id} ({status}).",
    "asset-changed": "{title}: changed ({members}).",
    "asset-version": "{title}: version {version} is offered.",
    "asset-removed": "{title}: removed.",
    "ask-remove-asset": "{id} is deleted; the audit log keeps a record.",
    "asset-read-as": "Read as {reading}.",
    "asset-status": "{title} is {status}.",
    "ask-withdraw": "{id} will not be offered any more; existing agreements remain valid.",
    "ask-end-agreements": "{id} will not be offered any more, and all agreements on it end with their transfers.",
    "agreements-remain": "Agreements that remain valid: {agreements}; active transfers: {running}. "
    "Use --end-agreements to end them.",
    "ask-remove": "{id} will not be a member any more.",
    # Consents, events and payments.
    "ask-withdraw-consent": "Data about {id} will not be transferred on the basis of the consent any more.",
    "consents-recorded": "Consents recorded: {count}.",
    "consents-stopped": "The import stopped. Consents recorded: {count}; not recorded: from line {line} on.",
    "event-active": "{name} is active since {at}.",
    "event-over": "{name} is over since {at}.",
    "paid": "{id}: {state}, paid {amount} {currency}.",
    # Negotiations, agreements and transfers.
    "ask-terminate": "{id} will be terminated.",
    "ask-reject": "{id} will be rejected and terminated.",
    "ask-withdraw-agreement": "The agreement {id} will be withdrawn: its transfers end, and no new one starts.",
    "agreement-withdrawn": "{id} is withdrawn since {at}.",
    "state": "{id} is {state}.",
    "state-requested": "requested, not acknowledged yet",
    "state-pending": "{state} ({message} pending)",
    "waits": "{id} waits for a decision: {reason}",
    "continues": "{id} is still {state} after {seconds:g} s; it continues, and a person may have to approve it.",
    "terminated": "{by} terminated {id}: {reason}",
    # Search and get.
    "results": "{shown} of {total} results; get one with: datenkontor get NUMBER",
    "more-results": "More results follow: repeat the command with --after {cursor}.",
    "pages-repeat": "The pages form a circle: the same page was returned twice, so the listing is not complete. "
    "Ask the provider to correct the Link of its catalogue.",
    "step-negotiating": "Negotiating ({id}) …",
    "step-agreed": "Agreement: {id}",
    "step-transferring": "Transferring ({id}) …",
    "saved": "{path}: {size}, SHA-256 {sha256}",
    "interrupted": "Interrupted: run the same command again to resume.",
    # Policies.
    "policy-good": "The policy {file} can be offered.",
    "policy-bad": "The policy {file} cannot be offered. Errors: {count}.",
    "within": "The first policy allows everything that the second requests.",
    "beyond": "The second policy requests more than the first allows.",
    "within-unknown": "It is undecided whether the second policy stays within the first.",
    "cases-good": "{count} cases have the expected result.",
    "cases-good-one": "1 case has the expected result.",
    "cases-bad": "Cases with another result than expected: {count} of {total}.",
    "permitted": "permitted",
    "denied": "denied",
    "duties": "Required: {duties}.",
    "turns": "From {at} on: {verdict}.",
    # Backups.
    "backup-written": "{file}: {count} files.",
    "backup-outside": "Not in the backup, because it is outside the folder: {path}",
    "restored": "Restored to {folder}.\n"
    "Next:\n  datenkontor doctor --settings {settings}\n  datenkontor serve --settings {settings}",
}
