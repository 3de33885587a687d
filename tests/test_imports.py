"""Imports: reused, extended or added as isort would have it, and refused where a name is taken."""

from __future__ import annotations

import libcst as cst
import pytest

from perflint.codemods.imports import add_import, bound_name
from perflint.rewrites import Import

SELECT = Import("sqlalchemy", "select")
LOAD = Import("sqlalchemy.orm", "selectinload")
SSL = Import("ssl")


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
    "under the alias that is asked for": ("from sqlalchemy import select as choose\n", Import("sqlalchemy", "select", "choose")),
    "a module by its package": ("from sqlalchemy import orm\n", Import("sqlalchemy", "orm")),
    "on a line with other statements": ("import ssl; ssl.OPENSSL_VERSION\n", SSL),
}


@pytest.mark.parametrize("case", UNCHANGED)
def test_what_is_imported_is_not_imported_again(case: str) -> None:
    text, wanted = UNCHANGED[case]
    assert added(text, wanted) == text


EXTENDED = {
    "one line": (
        "from sqlalchemy import create_engine, text\n",
        "from sqlalchemy import create_engine, select, text\n",
    ),
    "the comment stays": (
        "from sqlalchemy import text  # noqa: F401\n",
        "from sqlalchemy import select, text  # noqa: F401\n",
    ),
    "unsorted names get it last": (
        "from sqlalchemy import text, func\n",
        "from sqlalchemy import text, func, select\n",
    ),
    "constants and classes come first": (
        "from sqlalchemy import JSON, Column, func\n",
        "from sqlalchemy import JSON, Column, func, select\n",
    ),
    "parentheses on one line": (
        "from sqlalchemy import (func, text)\n",
        "from sqlalchemy import (func, select, text)\n",
    ),
    "a line for each name": (
        "from sqlalchemy import (\n    func,  # counts\n    text,  # raw\n)\n",
        "from sqlalchemy import (\n    func,  # counts\n    select,\n    text,  # raw\n)\n",
    ),
    "a line for each name, first": (
        "from sqlalchemy import (\n    text,\n    update,\n)\n",
        "from sqlalchemy import (\n    select,\n    text,\n    update,\n)\n",
    ),
    "a line for each name, last": (
        "from sqlalchemy import (\n    and_,\n    func,  # counts\n)\n",
        "from sqlalchemy import (\n    and_,\n    func,  # counts\n    select,\n)\n",
    ),
    "without a last comma": (
        "from sqlalchemy import (\n    and_,\n    func  # counts\n)\n",
        "from sqlalchemy import (\n    and_,\n    func,  # counts\n    select\n)\n",
    ),
    "one name in parentheses of its own": (
        "from sqlalchemy import (\n    func,\n)\n",
        "from sqlalchemy import (\n    func,\n    select,\n)\n",
    ),
    "aligned with the parenthesis": (
        "from sqlalchemy import (and_,\n                        func)\n",
        "from sqlalchemy import (and_,\n                        func,\n                        select)\n",
    ),
    "several names on a line": (
        "from sqlalchemy import (\n    and_, func,\n    text)\n",
        "from sqlalchemy import (\n    and_, func,\n    select, text)\n",
    ),
    "a backslash": (
        "from sqlalchemy import and_, \\\n    func\n",
        "from sqlalchemy import and_, \\\n    func, select\n",
    ),
    "tabs": (
        "from sqlalchemy import (\n\tfunc,\n)\n",
        "from sqlalchemy import (\n\tfunc,\n\tselect,\n)\n",
    ),
    "carriage returns": (
        "from sqlalchemy import (\r\n    func,\r\n)\r\n",
        "from sqlalchemy import (\r\n    func,\r\n    select,\r\n)\r\n",
    ),
    "a line that gets too long": (
        "from sqlalchemy import (bindparam)\nfrom sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, raiseload\n",
        "from sqlalchemy import (bindparam, select)\nfrom sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, raiseload\n",
    ),
    "under another name too": (
        "from sqlalchemy import select as choose\n",
        "from sqlalchemy import select as choose, select\n",
    ),
    "not the one for type checkers": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from sqlalchemy import Select\n",
        "from typing import TYPE_CHECKING\n\nfrom sqlalchemy import select\n\nif TYPE_CHECKING:\n    from sqlalchemy import Select\n",
    ),
    "not the star": (
        "from sqlalchemy import *\n",
        "from sqlalchemy import *\nfrom sqlalchemy import select\n",
    ),
    "a line for each import": (
        "from sqlalchemy import func\nfrom sqlalchemy import text\n",
        "from sqlalchemy import func\nfrom sqlalchemy import select\nfrom sqlalchemy import text\n",
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


ADDED = {
    "into its sorted place": (
        "import asyncio\nimport sys\n",
        SSL,
        "import asyncio\nimport ssl\nimport sys\n",
    ),
    "as the first of its paragraph": (
        "import sys\n\nx = 1\n",
        SSL,
        "import ssl\nimport sys\n\nx = 1\n",
    ),
    "plain imports before from imports": (
        "import sys\nfrom abc import ABC\n",
        SSL,
        "import ssl\nimport sys\nfrom abc import ABC\n",
    ),
    "sorted by module alone where the others are": (
        "from abc import ABC\nimport os\nfrom types import FunctionType\n",
        SSL,
        "from abc import ABC\nimport os\nimport ssl\nfrom types import FunctionType\n",
    ),
    "into the paragraph of its package": (
        "import os\n\nimport fastapi\nfrom sqlalchemy import text\n\nfrom app import db\n",
        LOAD,
        "import os\n\nimport fastapi\nfrom sqlalchemy import text\nfrom sqlalchemy.orm import selectinload\n\nfrom app import db\n",
    ),
    "into the first paragraph of libraries": (
        "import os\n\nimport fastapi\n\nfrom app import db\n",
        LOAD,
        "import os\n\nimport fastapi\nfrom sqlalchemy.orm import selectinload\n\nfrom app import db\n",
    ),
    "as a new paragraph between": (
        "import os\n\nfrom . import db\n",
        LOAD,
        "import os\n\nfrom sqlalchemy.orm import selectinload\n\nfrom . import db\n",
    ),
    "as a new paragraph at the end": (
        "import os\n\nlog = 1\n",
        LOAD,
        "import os\n\nfrom sqlalchemy.orm import selectinload\n\nlog = 1\n",
    ),
    "as a new paragraph in front": (
        '"""Doc."""\n\nimport fastapi\n',
        SSL,
        '"""Doc."""\n\nimport ssl\n\nimport fastapi\n',
    ),
    "behind the future": (
        '"""Doc."""\nfrom __future__ import annotations\n\ndef f():\n    pass\n',
        SSL,
        '"""Doc."""\nfrom __future__ import annotations\n\nimport ssl\n\n\ndef f():\n    pass\n',
    ),
    "behind the docstring": (
        '"""Doc."""\n\nx = 1\n',
        SSL,
        '"""Doc."""\n\nimport ssl\n\nx = 1\n',
    ),
    "into a file without any": (
        "def f():\n    pass\n",
        SSL,
        "import ssl\n\n\ndef f():\n    pass\n",
    ),
    "below a licence": (
        "# Licence\n\n# Says hello.\ndef f():\n    pass\n",
        SSL,
        "# Licence\n\nimport ssl\n\n\n# Says hello.\ndef f():\n    pass\n",
    ),
    "below the encoding": (
        "#!/usr/bin/python\n# coding: utf-8\nx = 1\n",
        SSL,
        "#!/usr/bin/python\n# coding: utf-8\n\nimport ssl\n\nx = 1\n",
    ),
    "below comments and blank lines": (
        "# Licence\n\n\nimport sys\n",
        SSL,
        "# Licence\n\n\nimport ssl\nimport sys\n",
    ),
    "above the comment of the import behind": (
        "import abc\n\n# For the app.\nimport sys\n",
        Import("re"),
        "import abc\nimport re\n\n# For the app.\nimport sys\n",
    ),
    "behind an import with a comment of its own": (
        "import os\nimport re\n\n# For the app.\nimport shutil\nimport sys\n",
        SSL,
        "import os\nimport re\n\n# For the app.\nimport shutil\nimport ssl\nimport sys\n",
    ),
    "not into the block for type checkers": (
        "import os\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import sys\n\n\ndef f():\n    pass\n",
        SSL,
        "import os\nimport ssl\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import sys\n\n\ndef f():\n    pass\n",
    ),
    "not into a try": (
        "try:\n    import json\nexcept ImportError:\n    json = None\n",
        SSL,
        "import ssl\n\ntry:\n    import json\nexcept ImportError:\n    json = None\n",
    ),
    "behind a patch that must come first": (
        "from gevent import monkey\n\nmonkey.patch_all()\n\nimport os\n\nimport flask\n",
        SSL,
        "from gevent import monkey\n\nmonkey.patch_all()\n\nimport os\nimport ssl\n\nimport flask\n",
    ),
    "not among late imports": (
        "import os\n\n\ndef f():\n    pass\n\n\nimport sys  # noqa: E402\n",
        SSL,
        "import os\nimport ssl\n\n\ndef f():\n    pass\n\n\nimport sys  # noqa: E402\n",
    ),
    "last where the others are not sorted": (
        "import sys\nimport abc\nimport re\n",
        SSL,
        "import sys\nimport abc\nimport re\nimport ssl\n",
    ),
    "where standard library and libraries share a paragraph": (
        "import os\nimport fastapi\n",
        SSL,
        "import os\nimport ssl\nimport fastapi\n",
    ),
    "without a newline at the end": ("import os", SSL, "import os\nimport ssl"),
    "with an alias": (
        "import os\n",
        Import("concurrent.futures", "", "futures"),
        "import concurrent.futures as futures\nimport os\n",
    ),
    "relative": (
        "import os\n\nfrom . import db\n",
        Import(".http", "get_client"),
        "import os\n\nfrom . import db\nfrom .http import get_client\n",
    ),
}


@pytest.mark.parametrize("case", ADDED)
def test_a_new_line_is_added(case: str) -> None:
    before, wanted, after = ADDED[case]
    assert added(before, wanted) == after


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
