"""The client for messages: small requests with whole answers, over pooled connections of HTTP/1.1."""
