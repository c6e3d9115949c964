"""The harvest of open-data portals: CKAN by its action API, others by their catalogue in RDF, as references."""
