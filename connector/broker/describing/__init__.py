"""Entries of the record as others read them: DCAT-AP as RDF statements, packages of CKAN, schema.org and feeds."""
