"""Papers before the judge of PDF/A and PDF/UA."""
