"""live/servers."""
