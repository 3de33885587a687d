"""Editing a LibCST module so that only what changes is touched."""
