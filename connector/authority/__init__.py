"""The city's role: who belongs to the data space. Imports identity, ports and below."""
