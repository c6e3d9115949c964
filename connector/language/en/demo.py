"""English sentences of the demonstration."""

SENTENCES: dict[str, str] = {
    # One for each step.
    "set-up": "Four participants have keys, identity cards and settings; the data-space operator signed their list.",
    "start": "The city's broker, a department and two companies run, each in its own process.",
    "publish": "The department offers {count} datasets: {titles}.",
    "publish-one": "The department offers 1 dataset: {titles}.",
    "index": "The broker has crawled the catalogues and indexed {count} offers.",
    "index-one": "The broker has crawled the catalogues and indexed 1 offer.",
    "search": "The company searches for “{words}” and finds “{title}” of {publisher}.",
    "terms": "It reads the policy: {terms}",
    "negotiate": "It requests agreements; both sides store the same text, byte for byte.",
    "push": "The department sends {file} to the company: {size}, SHA-256 equal ({digest}…).",
    "pull": "The company fetches {count} files: every SHA-256 is equal.",
    "pull-one": "The company fetches 1 file: its SHA-256 is equal.",
    "live": "It fetches the live source twice and receives new data each time ({first} → {second}).",
    "refuse": "{name} is refused, with the reason: {reason}",
    "suspend": "The department suspends the live transfer, and the next pull returns no data: {reason}",
    "resume": "It resumes the transfer, and the next pull returns data again ({reading}).",
    "terminate": "It terminates the transfer; both sides report TERMINATED.",
    # Two cities.
    "cities-set-up": "Two cities have a broker and a participant list each; the broker of the other one is on it.",
    "cities-start": "{here} and {there} run; their brokers read each other and tell each other of changes.",
    "cities-find": "A company of the other city finds “{title}” of {provider} at its own broker after {seconds:.1f} s, "
    "with the address of the department.",
    "cities-withdraw": "The department withdraws the offer; {seconds:.1f} s later nobody finds it in the other city "
    "any more.",
    "open-pages": "{count} addresses in the browser answer: the pages for everybody, and links for {names}.",
    "open-pages-one": "1 address in the browser answers: the pages for everybody, and links for {names}.",
    "waits": "The company asks for “{title}”; the data is confidential, so a person decides.",
    # The end.
    "done": "Done in {seconds:.1f} s. Still running:",
    "try": "Try next:",
    "pages": "In the browser, with a link for the first sign-in of each person:",
    "everybody": "for everybody",
    "stop": "Stop with Ctrl-C; the folder {folder} is then deleted.",
    "stopped": "Stopped.",
    "failed": "The demonstration failed: {reason} The logs are in {folder}.",
    # The tour.
    "tour-offer": (
        "1. Offer. {person} ({role}) opens: {address}\n"
        "   Then: “{password}” → “{new}” → choose the file {file} → at “{class_label}”, choose “{open_class}” "
        "→ at “{licence_label}”, choose “{licence}” → “{terms}” → “{check}” → “{release}” → “{publish}”."
    ),
    "tour-get": (
        "2. Find and get. {person} ({role}) opens: {address}\n"
        "   Then: “{password}” → “{search}” → search for “{words}” and open the result → “{ask}” → choose the"
        " purpose “{purpose}” → “{to_check}” → “{send}” → “{order}” → “{open}”."
    ),
    "tour-answer": (
        "3. Decide. {person} ({role}) opens: {address}\n"
        "   Then: “{password}” → at “{title}”, “{see}” → read the terms → “{agree}”."
    ),
    "tour-public": "4. Without signing in. Everybody sees what the city shares: {address}",
    "tour-operate": (
        "5. Look after offers. {person} ({role}) opens: {address}\n"
        "   Then: “{password}” → “{operation}” → “{offers}” → search for “{title}” and open the result → "
        "“{hide}” with a reason → “{undo}”."
    ),
    "tour-next": "Press Enter to go on.",
    # The titles of the offers, and the reasons that the department sends.
    "readings": "Traffic sensor readings (synthetic)",
    "counts": "Traffic counts by street (synthetic)",
    "parking": "Free parking spaces, live (synthetic)",
    "accidents": "Accident reports, confidential (synthetic)",
    "maintenance": "The department suspends the transfer for maintenance.",
    "not-needed": "The transfer is not needed any more.",
    # Steps that fail.
    "not-finalized": "The negotiation on {asset} should be FINALIZED and is {actual}",
    "agreements-differ": "Both sides should store the same agreement on {asset} and do not.",
    "no-hit": "A search for {words!r} should find {asset} and does not.",
    "no-process": "The live transfer should have a process at the department and has none.",
    "not-terminated": "Both sides should report TERMINATED and report {names}.",
    "not-suspended": "A suspended transfer ({state}) should return no data and returned {reading}.",
    "reasons-differ": "Both sides should have the same reason, and the department has {decided}.",
    "not-refused": "The second company should be refused with a reason; the negotiation is {state}.",
    "files-differ": "Received files: {count}; they should equal the offered ones ({offered}).",
    "not-completed": "The transfer of {asset} should be COMPLETED and is {actual}",
    "not-changing": "Two pulls of the live source should differ and do not.",
    "not-live": "The live transfer should be STARTED and is {state}: {ended}",
    "page-closed": "The page {address} should answer and does not: {status}.",
    "nothing-waits": "A request should wait for a person; after {wait_s:g} s none does.",
    "no-data": "{data} does not exist: name a file or a folder.",
    "not-indexed": "The broker should index {wanted} offers and did not within {wait_s:g} s.",
    "cities-not-found": "The other city should find “{title}” with its address and did not within {wait_s:g} s.",
    "cities-not-gone": "The other city should not find “{title}” any more and does after {wait_s:g} s.",
    "no-neighbour": "The demonstration should have two cities and has one.",
    "not-requested": "The live transfer should be STARTED and was not requested.",
    "not-published": "The live source should be published and is not.",
}
