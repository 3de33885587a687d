"""Where events come from."""

from tasks import write_audit_event


def record(numbers: range) -> None:
    for number in numbers:
        write_audit_event.delay(number)
