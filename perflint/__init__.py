"""perflint finds performance anti-patterns in Python back ends and rewrites them."""

__version__ = "0.1.0"
