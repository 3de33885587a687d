"""What may stand in the settings: merging of layers, checking of keys, types and rule names, the JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from perflint.config import KEYS, Context, OutputFormat, Settings, kebab
from perflint.errors import ConfigError

if TYPE_CHECKING:
    from perflint.cards import Rule

_SELECTORS = ("select", "ignore", "extend-select", "fixable", "unfixable", "extend-safe-fixes", "extend-unsafe-fixes")
# A layer that says anew what it selects starts afresh: what lower layers took away or added is gone.
_RESET_BY_SELECT = ("ignore", "extend-select")


def merged(layers: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[dict[str, Any], dict[str, str]]:
    """One table from many, later over earlier: `extend-…` lists grow, tables merge, the rest is replaced."""
    data: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        if "select" in layer:
            for key in _RESET_BY_SELECT:
                data.pop(key, None)
                origins.pop(key, None)
        for key, value in layer.items():
            _check_key(key, KEYS, origin)
            data[key] = _joined(key, data.get(key), value)
            origins[key] = origin
    return data, origins


def _joined(key: str, below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {name: _joined("", below.get(name), value) for name, value in above.items()}
    if key.startswith("extend-") and isinstance(below, list) and isinstance(above, list):
        return below + above
    return above


def validated(data: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """`data` as Settings; ConfigError for a wrong type or an unknown rule or option."""
    settings = plain(data) or checked(data, origins)
    for key in _SELECTORS:
        _check_selectors(data.get(key, ()), key, origins.get(key, ""))
    for pattern, selectors in settings.per_file_ignores.items():
        _check_selectors(selectors, f'per-file-ignores."{pattern}"', origins["per-file-ignores"])
    for name, options in settings.rules.items():
        _check_options(name, options, origins["rules"])
    return settings


def checked(data: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """The settings, with everything checked; ConfigError says what is wrong."""
    from pydantic import TypeAdapter, ValidationError

    try:
        # JSON mode: strict about types, yet a list may become a tuple.
        return TypeAdapter(Settings).validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        raise _type_error(error.errors()[0], origins) from error


def plain(data: Mapping[str, Any]) -> Settings | None:
    """The settings where all values are plain ones and right, as nearly always: pydantic costs time to import.

    None where there is a table, or anything is wrong.
    """
    found: dict[str, Any] = {}
    for key, value in data.items():
        default = Settings.__dataclass_fields__[key.replace("-", "_")].default
        allowed = {"contexts": get_args(Context), "output-format": get_args(OutputFormat)}.get(key)
        is_list = isinstance(default, tuple)
        parts = value if isinstance(value, list | tuple) else (value,)
        wanted = str if is_list else type(default)
        if is_list != isinstance(value, list | tuple) or not all(
            type(part) is wanted and (allowed is None or part in allowed) for part in parts
        ):
            return None
        found[key.replace("-", "_")] = tuple(parts) if is_list else value
    return Settings(**found)


def _check_key(key: str, known: Sequence[str], origin: str, table: str = "") -> None:
    if key in known:
        return
    from difflib import get_close_matches

    close = get_close_matches(kebab(key).lower(), known, 1)
    hint = f"; did you mean `{table}{close[0]}`?" if close else f"; known here: {', '.join(known) or 'none'}"
    raise ConfigError(f"{origin}: `{table}{key}`: unknown key{hint}")


def _type_error(detail: Any, origins: Mapping[str, str]) -> ConfigError:
    place = [str(part) for part in detail["loc"]]
    origin = origins.get(place[0], "")
    if detail["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        from perflint.config import Libraries

        try:
            _check_key(place[-1], [kebab(name) for name in Libraries.__slots__], origin, "libraries.")
        except ConfigError as error:
            return error
    message = detail["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    hint = _nearest_value(detail)
    return ConfigError(f"{origin}: `{'.'.join(place)}`: expected {message}, got {detail['input']!r}{hint}")


def _nearest_value(detail: Any) -> str:
    if detail["type"] != "literal_error" or not isinstance(detail["input"], str):
        return ""
    from difflib import get_close_matches

    allowed = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    close = get_close_matches(detail["input"], allowed, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _check_selectors(selectors: Iterable[str], key: str, origin: str) -> None:
    for selector in selectors:
        if selector == "ALL":
            continue
        # Imported here: settings that name no rule need not wait for the cards to be read.
        from perflint.cards import rules
        from perflint.selection import names_a_rule, nearest_rule

        if names_a_rule(selector, rules()):
            continue
        close = nearest_rule(selector, rules())
        hint = f"; did you mean `{close}`?" if close else ""
        raise ConfigError(
            f"{origin}: `{key}`: unknown rule `{selector}`; expected a code, a name, a prefix such as PF1, or ALL{hint}"
        )


def _check_options(name: str, options: Mapping[str, Any], origin: str) -> None:
    from perflint.cards import rules
    from perflint.selection import nearest_rule

    rule = next((rule for rule in rules() if rule.name == name), None)
    if rule is None:
        close = nearest_rule(name, rules())
        raise ConfigError(f"{origin}: `rules.{name}`: unknown rule" + (f"; did you mean `{close}`?" if close else ""))
    for key, value in options.items():
        _check_key(key, list(rule.options), origin, f"rules.{name}.")
        expected = type(rule.options[key])
        if type(value) is not expected:
            raise ConfigError(f"{origin}: `rules.{name}.{key}`: expected {expected.__name__}, got {value!r}")


def schema() -> dict[str, Any]:
    """The JSON Schema of the settings file, with each rule's options."""
    from pydantic import TypeAdapter

    from perflint.cards import rules

    whole = TypeAdapter(Settings).json_schema()
    properties = whole["properties"]
    del properties["root"]
    properties["extend"] = {"type": "string", "title": "Extend"}
    properties["rules"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {rule.name: _options_schema(rule) for rule in rules() if rule.options},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}


def _options_schema(rule: Rule) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    options = {key: {"type": kinds[type(value)], "default": value} for key, value in rule.options.items()}
    return {"type": "object", "additionalProperties": False, "properties": options}
