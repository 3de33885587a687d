"""What code means: abstract values, events and the sites where they happen."""
