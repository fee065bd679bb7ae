"""live/parity."""
