"""The folder of a connector or a broker: settings, key, identity card and ports."""
