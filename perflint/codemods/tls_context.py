"""One TLS context for all httpx clients of a file: each of them stays as it is, and its constructor costs nothing.

`verify=True` and `create_ssl_context()` give the same context; `ssl.create_default_context()` does not, it takes the
system's certificates: https://github.com/encode/httpx/blob/0.28.1/httpx/_config.py.
"""

from __future__ import annotations

import libcst as cst

from perflint.codemods.arguments import with_keyword
from perflint.codemods.reaching import Reaching
from perflint.findings import Applicability
from perflint.libraries.http import is_costly
from perflint.rewrites import Rewrite
from perflint.semantics.client_arguments import given, is_imported, is_patched
from perflint.semantics.context import Context
from perflint.semantics.searches import text_symbol

# Each of these may change the context, or leave none to share.
_FORBIDDING = {
    "verify", "cert", "trust_env", "transport", "mounts", "proxy", "proxies", "http2", "app", "*", "**",
}  # fmt: skip
_NAME = "_tls_context"


def with_shared_context(call: cst.Call, origin: str, ctx: Context) -> Rewrite | None:
    """The constructor with the file's one TLS context; None where that might not be the one it would build."""
    if not is_costly(origin) or not is_imported(call, origin, ctx) or not _FORBIDDING.isdisjoint(given(call)):
        return None
    if is_patched(call, ctx) or _certificates_change(ctx):
        return None
    package = origin.partition(".")[0]
    reach = Reaching(ctx)
    cache, context = reach.name("functools", "cache"), reach.name("ssl", "SSLContext")
    create = reach.name(package, "create_ssl_context")
    return Rewrite(
        title="share one TLS context",
        applicability=Applicability.SAFE,
        replacements=((call, with_keyword(call, "verify", cst.parse_expression(f"{_NAME}()"))),),
        imports=reach.imports(),
        definitions=(f"@{cache}\ndef {_NAME}() -> {context}:\n    return {create}()\n",),
    )


def _certificates_change(ctx: Context) -> bool:
    """Whether the project sets what is read when a context is built."""
    names = map(text_symbol, ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return any(ctx.questions.found("mentioning", name) for name in names)
