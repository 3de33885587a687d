"""What a proof's program prints: its result and its counters, as one JSON object."""

import json


def report(result: object, **counters: int) -> None:
    """Print the object that the harness reads; nothing else may go to standard output."""
    print(json.dumps({"result": result, "counters": counters}, default=str))
