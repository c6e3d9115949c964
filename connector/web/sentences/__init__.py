"""The editor of terms: a policy as indented sentences, whose controls are made from the registry."""
