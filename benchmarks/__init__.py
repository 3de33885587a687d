"""perflint against real packages: what it finds there, what that costs, and whether the findings are right."""
