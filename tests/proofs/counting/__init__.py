"""Instruments for the programs of the proofs: each counts what a library really does."""
