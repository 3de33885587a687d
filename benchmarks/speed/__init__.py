"""How fast perflint is beside other linters, measured on the pinned packages: `python -m benchmarks.speed`."""
