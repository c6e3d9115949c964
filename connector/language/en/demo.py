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
    # The end.
    "done": "Done in {seconds:.1f} s. Still running:",
    "try": "Try next:",
    "stop": "Stop with Ctrl-C; the folder {folder} is then deleted.",
    "stopped": "Stopped.",
    "failed": "The demonstration failed: {reason} The logs are in {folder}.",
    # The titles of the offers, and the reasons that the department sends.
    "readings": "Traffic sensor readings (synthetic)",
    "counts": "Traffic counts by street (synthetic)",
    "parking": "Free parking spaces, live (synthetic)",
    "maintenance": "The department suspends the transfer for maintenance.",
    "not-needed": "The transfer is not needed any more.",
}
