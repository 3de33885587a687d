"""Errors that are told to the user in a line. They stand here because the command line waits for them in every run."""

from __future__ import annotations


class ConfigError(Exception):
    """The settings cannot be used; the text names the file, the key and what was expected."""


class CardError(Exception):
    """A card that does not have the form that every card has."""
