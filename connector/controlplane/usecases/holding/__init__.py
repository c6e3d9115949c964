"""The Credential Service of this participant: it shows credentials to members, and keeps what issuers hand over."""
