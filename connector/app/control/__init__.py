"""The control plane of one participant, built from its parts."""
