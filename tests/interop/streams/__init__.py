"""Streams from real brokers: mosquitto and nats-server."""
