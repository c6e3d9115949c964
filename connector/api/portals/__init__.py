"""What the broker publishes for portals, harvesters and search engines: DCAT-AP, feeds, the CKAN API and SPARQL."""
