"""The metadata broker, which crawls the catalogues of participants and answers searches."""
