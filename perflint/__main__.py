"""`python -m perflint`."""

from perflint.process import run

run()
