"""Rows of files that are read as a whole, one file a format: workbooks, Parquet, map layers, GeoJSON, DATEX II."""
