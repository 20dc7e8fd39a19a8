"""One-shot jobs of an installation in containers; each may run again at any time."""
