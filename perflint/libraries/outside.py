"""What acts on the world beside the database: mail, messages, processes, files, tasks that are sent, pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Act
from perflint.semantics.values import UNKNOWN, Function, Instance, Proof, Value

if TYPE_CHECKING:
    from perflint.semantics.calls import Call

PACKAGES = (
    "smtplib", "subprocess", "shutil", "os", "time", "urllib", "boto3", "botocore", "kafka", "confluent_kafka", "pika",
    "paramiko", "ftplib", "twilio", "sendgrid", "stripe", "slack_sdk", "docker", "kubernetes", "azure", "nats",
)  # fmt: skip
# Of these packages most functions only look or compute.
_DOING = {
    "os": {"remove", "unlink", "rename", "replace", "makedirs", "mkdir", "rmdir", "system", "kill", "link", "symlink"},
    "time": {"sleep"},
    "urllib": {"urlopen", "urlretrieve"},
}
_SENDING = {"delay", "apply_async", "send_task", "send_mail", "send_email", "send_message", "enqueue", "publish"}


def call(origin: str, call: Call) -> Value | None:
    """A function acts; a class or factory gives an object whose methods act."""
    package, name = origin.partition(".")[0], origin.rpartition(".")[2]
    if package in _DOING:
        return acted(call, origin) if name in _DOING[package] else None
    if name[:1].isupper() or name in ("client", "resource", "session"):
        return Instance(Symbol(Kind.EXTERNAL, origin))
    return acted(call, origin)


def method(receiver: Instance, name: str, call: Call) -> Value:
    """A method of such an object."""
    return acted(call, f"{receiver.symbol.name}.{name}")


def unknown_method(name: str, call: Call) -> Value | None:
    """`task.delay()`, `queue.enqueue()`: names that say it, on whatever object."""
    if name in _SENDING:
        acted(call, name)
    return None


def function_method(receiver: Function, name: str, call: Call) -> Value | None:
    """A method of a function: what a task queue's decorator has added."""
    if name in _SENDING or name in ("send", "send_with_options", "kiq", "defer", "schedule"):
        acted(call, f"{receiver.symbol.name}.{name}")
    return None


def acted(call: Call, what: str) -> Value:
    """Record the act."""
    call.run.events.append(Act(call.node, call.run.frame, (), Proof.PROVEN, what))
    return UNKNOWN
