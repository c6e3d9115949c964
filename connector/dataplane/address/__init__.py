"""What the addresses of sources share: typed members, parameters that a consumer chooses, references to secrets."""
