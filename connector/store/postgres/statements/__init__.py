"""How a statement of a chapter reaches the server: awaited, translated, and together with others."""
