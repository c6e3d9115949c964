"""The Helm chart, rendered by a real Helm and compared with what the process accepts."""
