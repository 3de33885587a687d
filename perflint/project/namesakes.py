"""Namesakes: which method a call on an unknown receiver probably means, by the method's name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from perflint.project.instances import Instance, Thing
from perflint.project.places import Place, place_of
from perflint.project.roots.families import FAMILIES
from perflint.project.symbols import Kind, Symbol, Symbols

# Names of several words that objects of libraries have as well.
_COMMON = frozenset(
    """get_or_create update_or_create bulk_create bulk_update in_bulk get_queryset full_clean is_valid to_dict from_dict
    to_json from_json get_json set_cookie delete_cookie add_argument parse_args as_view as_manager select_related
    order_by group_by filter_by add_all bulk_save get_context get_context_data to_representation get_absolute_url
    model_dump model_validate is_authenticated check_password set_password get_username has_perm get_full_name
    send_message send_email get_event_loop run_until_complete create_task add_done_callback set_result read_text
    write_text get_logger set_level add_handler is_active get_user get_name set_name get_text get_value set_value
    get_data set_data get_id get_by_id get_all is_empty is_set to_list from_list to_string on_message on_event
    get_connection get_client get_session start_soon add_field delete_many insert_many insert_one find_one update_one
    update_many delete_one delete_by_id add_task add_job run_sync call_tool list_tools get_collection create_index
    get_item put_item get_object put_object head_object upload_file download_file read_csv to_csv""".split()  # noqa: SIM905
).union(*(family.methods.split() for family in FAMILIES))


def sole_methods(symbols: Symbols) -> Mapping[str, tuple[Symbol, ...]]:
    """Methods by name, for names that one class of the application and its subclasses alone define."""
    owners: dict[str, list[Symbol]] = defaultdict(list)
    for module, facts in symbols.files.items():
        if place_of(module) in (Place.TESTS, Place.MIGRATIONS):
            continue
        for fact in facts.classes:
            for name in filter(is_telling, fact.methods):
                owners[name].append(Symbol(Kind.CLASS, fact.qualname, module))
    found = {}
    for name, classes in owners.items():
        if _is_one_family(symbols, classes):
            found[name] = tuple(Symbol(Kind.FUNCTION, f"{owner.name}.{name}", owner.module) for owner in classes)
    return found


def is_telling(name: str) -> bool:
    """Two words at least, not a name that libraries use."""
    return "_" in name.strip("_") and not name.startswith("__") and name not in _COMMON


def _is_one_family(symbols: Symbols, classes: list[Symbol]) -> bool:
    """Whether all classes derive from one among them."""
    if len(classes) == 1:
        return True
    return any(all(top in symbols.mro(other) for other in classes) for top in classes)


def is_vague(thing: Thing) -> bool:
    """An object of which only the library's call or attribute that gave it is known: `Order.objects.filter()`."""
    of = thing.of if isinstance(thing, Instance) else thing
    *path, tail = of.name.split(".")
    if of.module or tail[:1].isupper():
        return False
    return isinstance(thing, Instance) or any(part[:1].isupper() for part in path)
