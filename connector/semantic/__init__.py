"""The RDF edge: policies in JSON-LD that is not the compact form, and in Turtle. Its libraries load on first use."""
