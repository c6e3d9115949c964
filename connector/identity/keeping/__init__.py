"""Where private keys are kept: encrypted in a file, or in hardware."""
