"""The data-plane listener: peers pull and push here."""
