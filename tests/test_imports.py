"""Imports: reused, extended or added as isort would have it, and refused where a name is taken."""

from __future__ import annotations

import libcst as cst
import pytest

from perflint.codemods.imports import add_import, bound_name
from perflint.rewrites import Import

SELECT = Import("sqlalchemy", "select")
LOAD = Import("sqlalchemy.orm", "selectinload")
SSL = Import("ssl")
WANTED = {
    "import ssl": SSL,
    "import re": Import("re"),
    "import concurrent.futures as futures": Import("concurrent.futures", "", "futures"),
    "from sqlalchemy.orm import selectinload": LOAD,
    "from .http import get_client": Import(".http", "get_client"),
}


def table(text: str) -> dict[str, tuple[str, str]]:
    """Cases as text: `== title`, the code before, `--`, the code after."""
    cases = [case.partition("\n") for case in text.removeprefix("\n").split("== ")[1:]]
    return {title: (before, after) for title, _, code in cases for before, _, after in [code.partition("--\n")]}


def added(text: str, *wanted: Import) -> str:
    module = cst.parse_module(text)
    for one in wanted:
        module = add_import(module, one)
    return module.code


UNCHANGED = {
    "a from import": ("from sqlalchemy import select\n", SELECT),
    "among others": ("from sqlalchemy import func, select, text\n", SELECT),
    "a plain import": ("import ssl\n", SSL),
    "a module inside the package": ("import os.path\n", Import("os")),
    "the module and one inside it": ("import xml.dom.minidom\n", Import("xml.dom")),
    "under the alias that is asked for": (
        "from sqlalchemy import select as choose\n",
        Import("sqlalchemy", "select", "choose"),
    ),
    "a module by its package": ("from sqlalchemy import orm\n", Import("sqlalchemy", "orm")),
    "on a line with other statements": ("import ssl; ssl.OPENSSL_VERSION\n", SSL),
}


@pytest.mark.parametrize("case", UNCHANGED)
def test_what_is_imported_is_not_imported_again(case: str) -> None:
    text, wanted = UNCHANGED[case]
    assert added(text, wanted) == text


EXTENDED = table(r"""
== one line
from sqlalchemy import create_engine, text
--
from sqlalchemy import create_engine, select, text
== the comment stays
from sqlalchemy import text  # noqa: F401
--
from sqlalchemy import select, text  # noqa: F401
== unsorted names get it last
from sqlalchemy import text, func
--
from sqlalchemy import text, func, select
== constants and classes come first
from sqlalchemy import JSON, Column, func
--
from sqlalchemy import JSON, Column, func, select
== parentheses on one line
from sqlalchemy import (func, text)
--
from sqlalchemy import (func, select, text)
== a line for each name
from sqlalchemy import (
    func,  # counts
    text,  # raw
)
--
from sqlalchemy import (
    func,  # counts
    select,
    text,  # raw
)
== a line for each name, first
from sqlalchemy import (
    text,
    update,
)
--
from sqlalchemy import (
    select,
    text,
    update,
)
== a line for each name, last
from sqlalchemy import (
    and_,
    func,  # counts
)
--
from sqlalchemy import (
    and_,
    func,  # counts
    select,
)
== without a last comma
from sqlalchemy import (
    and_,
    func  # counts
)
--
from sqlalchemy import (
    and_,
    func,  # counts
    select
)
== one name in parentheses of its own
from sqlalchemy import (
    func,
)
--
from sqlalchemy import (
    func,
    select,
)
== aligned with the parenthesis
from sqlalchemy import (and_,
                        func)
--
from sqlalchemy import (and_,
                        func,
                        select)
== several names on a line
from sqlalchemy import (
    and_, func,
    text)
--
from sqlalchemy import (
    and_, func,
    select, text)
== a backslash
from sqlalchemy import and_, \
    func
--
from sqlalchemy import and_, \
    func, select
== a line that gets too long
from sqlalchemy import (bindparam)
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, raiseload
--
from sqlalchemy import (bindparam, select)
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, raiseload
== under another name too
from sqlalchemy import select as choose
--
from sqlalchemy import select as choose, select
== not the one for type checkers
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Select
--
from typing import TYPE_CHECKING

from sqlalchemy import select

if TYPE_CHECKING:
    from sqlalchemy import Select
== not the star
from sqlalchemy import *
--
from sqlalchemy import *
from sqlalchemy import select
== a line for each import
from sqlalchemy import func
from sqlalchemy import text
--
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
""")

EXTENDED |= {
    "tabs": (
        "from sqlalchemy import (\n\tfunc,\n)\n",
        "from sqlalchemy import (\n\tfunc,\n\tselect,\n)\n",
    ),
    "carriage returns": (
        "from sqlalchemy import (\r\n    func,\r\n)\r\n",
        "from sqlalchemy import (\r\n    func,\r\n    select,\r\n)\r\n",
    ),
}


@pytest.mark.parametrize("case", EXTENDED)
def test_a_from_import_takes_one_more_name(case: str) -> None:
    before, after = EXTENDED[case]
    assert added(before, SELECT) == after


def test_a_line_over_the_limit_is_wrapped() -> None:
    before = "from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, raiseload\n"
    names = ("aliased", "contains_eager", "joinedload", "lazyload", "raiseload", "selectinload")
    assert added(before, LOAD) == "from sqlalchemy.orm import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def test_a_project_with_longer_lines_keeps_them() -> None:
    long = f"from {'a' * 50}.{'b' * 50} import c\n"
    before = "from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, raiseload\n"
    assert added(before + long, LOAD) == before[:-1] + ", selectinload\n" + long


# The title begins with what is asked for.
ADDED = table(r'''
== import ssl: into its sorted place
import asyncio
import sys
--
import asyncio
import ssl
import sys
== import ssl: as the first of its paragraph
import sys

x = 1
--
import ssl
import sys

x = 1
== import ssl: plain imports before from imports
import sys
from abc import ABC
--
import ssl
import sys
from abc import ABC
== import ssl: sorted by module alone where the others are
from abc import ABC
import os
from types import FunctionType
--
from abc import ABC
import os
import ssl
from types import FunctionType
== from sqlalchemy.orm import selectinload: into the paragraph of its package
import os

import fastapi
from sqlalchemy import text

from app import db
--
import os

import fastapi
from sqlalchemy import text
from sqlalchemy.orm import selectinload

from app import db
== from sqlalchemy.orm import selectinload: into the first paragraph of libraries
import os

import fastapi

from app import db
--
import os

import fastapi
from sqlalchemy.orm import selectinload

from app import db
== from sqlalchemy.orm import selectinload: as a new paragraph between
import os

from . import db
--
import os

from sqlalchemy.orm import selectinload

from . import db
== from sqlalchemy.orm import selectinload: as a new paragraph at the end
import os

log = 1
--
import os

from sqlalchemy.orm import selectinload

log = 1
== import ssl: as a new paragraph in front
"""Doc."""

import fastapi
--
"""Doc."""

import ssl

import fastapi
== import ssl: behind the future
"""Doc."""
from __future__ import annotations

def f():
    pass
--
"""Doc."""
from __future__ import annotations

import ssl


def f():
    pass
== import ssl: behind the docstring
"""Doc."""

x = 1
--
"""Doc."""

import ssl

x = 1
== import ssl: into a file without any
def f():
    pass
--
import ssl


def f():
    pass
== import ssl: below a licence
# Licence

# Says hello.
def f():
    pass
--
# Licence

import ssl


# Says hello.
def f():
    pass
== import ssl: below the encoding
#!/usr/bin/python
# coding: utf-8
x = 1
--
#!/usr/bin/python
# coding: utf-8

import ssl

x = 1
== import ssl: below comments and blank lines
# Licence


import sys
--
# Licence


import ssl
import sys
== import re: above the comment of the import behind
import abc

# For the app.
import sys
--
import abc
import re

# For the app.
import sys
== import ssl: behind an import with a comment of its own
import os
import re

# For the app.
import shutil
import sys
--
import os
import re

# For the app.
import shutil
import ssl
import sys
== import ssl: not into the block for type checkers
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sys


def f():
    pass
--
import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sys


def f():
    pass
== import ssl: not into a try
try:
    import json
except ImportError:
    json = None
--
import ssl

try:
    import json
except ImportError:
    json = None
== import ssl: behind a patch that must come first
from gevent import monkey

monkey.patch_all()

import os

import flask
--
from gevent import monkey

monkey.patch_all()

import os
import ssl

import flask
== import ssl: not among late imports
import os


def f():
    pass


import sys  # noqa: E402
--
import os
import ssl


def f():
    pass


import sys  # noqa: E402
== import ssl: last where the others are not sorted
import sys
import abc
import re
--
import sys
import abc
import re
import ssl
== import ssl: where standard library and libraries share a paragraph
import os
import fastapi
--
import os
import ssl
import fastapi
== import concurrent.futures as futures: with an alias
import os
--
import concurrent.futures as futures
import os
== from .http import get_client: relative
import os

from . import db
--
import os

from . import db
from .http import get_client
''')


@pytest.mark.parametrize("case", ADDED)
def test_a_new_line_is_added(case: str) -> None:
    before, after = ADDED[case]
    assert added(before, WANTED[case.partition(":")[0]]) == after


def test_a_file_without_a_line_end_gets_none() -> None:
    assert added("import os", SSL) == "import os\nimport ssl"


def test_two_names_of_one_module_share_a_line() -> None:
    after = "import os\n\nfrom sqlalchemy.orm import joinedload, selectinload\n"
    assert added("import os\n", LOAD, Import("sqlalchemy.orm", "joinedload")) == after


BOUND = {
    "as it is": ("from sqlalchemy import select", SELECT, "select"),
    "under another name": ("from sqlalchemy import select as choose", SELECT, "choose"),
    "the name asked for wins": ("from sqlalchemy import select as choose, select", SELECT, "select"),
    "the module under another name": ("import sqlalchemy as sa", Import("sqlalchemy"), "sa"),
    "a submodule": ("import concurrent.futures", Import("concurrent.futures"), "concurrent.futures"),
    "a submodule by name": ("from sqlalchemy import orm", Import("sqlalchemy.orm"), "orm"),
    "the module is not the name": ("import sqlalchemy as sa", SELECT, None),
    "the package is not the submodule": ("import concurrent", Import("concurrent.futures"), None),
    "a star": ("from sqlalchemy import *", SELECT, None),
    "another module": ("from sqlmodel import select", SELECT, None),
    "only for type checkers": ("if TYPE_CHECKING:\n    from sqlalchemy import select", SELECT, None),
    "only inside a function": ("def f():\n    from sqlalchemy import select", SELECT, None),
    "bound again": ("from sqlalchemy import select\nselect = None", SELECT, None),
    "a fallback": ("import ssl\ntry:\n    import OpenSSL as ssl\nexcept ImportError:\n    pass", SSL, None),
    "relative": ("from .http import get_client", Import(".http", "get_client"), "get_client"),
    "relative to the package": ("from . import http", Import(".", "http"), "http"),
}


@pytest.mark.parametrize("case", BOUND)
def test_the_name_by_which_something_is_reached(case: str) -> None:
    text, wanted, name = BOUND[case]
    assert bound_name(cst.parse_module(text + "\n"), wanted) == name
