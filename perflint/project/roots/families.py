"""Library classes whose methods the library calls: views, permissions, consumers, tasks, commands.

The methods are those that the library's reference documents as called by it or meant to be overridden.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from perflint.project.roots import Heat

VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "trace"])


@dataclass(frozen=True, slots=True)
class Family:
    """Library classes by top package and name ending, and the methods that the library calls on them.

    Names are given as one string; `starts` are beginnings of methods' names, and a method with one
    of the `params` counts whatever its name.
    """

    label: str
    packages: str
    endings: str
    methods: str = ""
    starts: str = ""
    params: str = ""
    within: str = ""  # part of the dotted name, where a package's endings mean several things
    has_verbs: bool = False
    heat: Heat = Heat.HOT
    framework: str = ""
    is_task: bool = False
    _packages: frozenset[str] = field(init=False)
    _endings: tuple[str, ...] = field(init=False)
    _methods: frozenset[str] = field(init=False)
    _starts: tuple[str, ...] = field(init=False)
    _params: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        verbs = VERBS if self.has_verbs else frozenset[str]()
        for name, value in (
            ("_packages", frozenset(self.packages.split())),
            ("_endings", tuple(self.endings.split())),
            ("_methods", verbs.union(self.methods.split())),
            ("_starts", tuple(self.starts.split())),
            ("_params", frozenset(self.params.split())),
        ):
            object.__setattr__(self, name, value)

    def fits(self, origin: str) -> bool:
        """Whether a library class, by its dotted name, is one of the family."""
        is_ours = origin.partition(".")[0] in self._packages and origin.endswith(self._endings)
        return is_ours and (not self.within or any(word in origin for word in self.within.split()))

    def calls(self, name: str, params: tuple[str, ...]) -> bool:
        """Whether the library calls a method of this name and these parameters."""
        return name in self._methods or name.startswith(self._starts) or not self._params.isdisjoint(params)


# https://docs.djangoproject.com/en/stable/ref/class-based-views/
_VIEW_METHODS = """__init__ setup dispatch http_method_not_allowed get_queryset get_object get_context_data form_valid
form_invalid get_form get_form_class get_form_kwargs get_initial get_success_url get_template_names get_paginate_by
render_to_response test_func has_permission handle_no_permission get_redirect_url get_context_object_name get_ordering
get_permission_required get_allow_empty get_login_url get_dated_items get_table_data get_table_kwargs get_results
get_filterset_kwargs paginate_queryset get_result_label create_object"""
DJANGO_VIEW = Family(
    "Django view", "django", "View Mixin", _VIEW_METHODS, params="request", within="views mixins", has_verbs=True,
    framework="django",
)  # fmt: skip
# A view of a package that is not listed: only what takes a request, or can be nothing but a view's.
UNKNOWN_VIEW = Family("view", "", "", "get_queryset get_context_data perform_create perform_update", params="request")
# https://www.django-rest-framework.org/api-guide/generic-views/
_DRF_METHODS = """__init__ list create retrieve update partial_update destroy perform_create perform_update
perform_destroy get_queryset get_object get_serializer get_serializer_class get_serializer_context get_permissions
get_authenticators get_throttles get_parsers get_renderers filter_queryset paginate_queryset get_paginated_response
initial dispatch initialize_request finalize_response handle_exception check_permissions check_object_permissions
get_view_name get_success_headers"""
# https://docs.djangoproject.com/en/stable/ref/contrib/admin/#modeladmin-methods
_ADMIN_METHODS = """get_queryset get_search_results save_model delete_model delete_queryset save_formset save_related
get_form get_formset get_list_display lookups queryset get_export_queryset get_urls"""
# https://docs.celeryq.dev/en/stable/userguide/tasks.html#handlers
CELERY_TASK = Family(
    "Celery task", "celery", "Task", "run __call__ on_success on_failure on_retry after_return before_start",
    is_task=True,
)  # fmt: skip

FAMILIES = (
    DJANGO_VIEW,
    Family("Django view", "django_tables2 django_filters extra_views dal formtools allauth wagtail oscar braces "
           "vanilla two_factor oauth2_provider haystack neapolitan", "View Mixin Wizard", _VIEW_METHODS,
           params="request", has_verbs=True, framework="django"),
    Family("DRF view", "rest_framework rest_framework_simplejwt rest_framework_extensions drf_spectacular",
           "View ViewSet Mixin", _DRF_METHODS, params="request", has_verbs=True, framework="drf"),
    Family("DRF permission", "rest_framework", "Permission Permissions IsAuthenticated IsAdminUser",
           "has_permission has_object_permission __init__", params="request"),
    Family("DRF authentication", "rest_framework rest_framework_simplejwt oauth2_provider knox", "Authentication",
           "authenticate authenticate_credentials get_user", params="request"),
    Family("DRF throttle", "rest_framework", "Throttle", "allow_request get_cache_key get_rate wait"),
    Family("DRF pagination", "rest_framework", "Pagination",
           "paginate_queryset get_paginated_response get_page_size get_limit get_count", params="request"),
    Family("DRF filter", "rest_framework django_filters", "FilterBackend Filter FilterSet",
           "filter_queryset filter qs __init__", params="request queryset"),
    Family("DRF renderer", "rest_framework", "Renderer Parser", "render parse get_context"),
    Family("Django admin", "django import_export unfold reversion", "Admin Inline AdminSite ListFilter", _ADMIN_METHODS,
           params="request obj", within="admin"),
    # https://docs.djangoproject.com/en/stable/topics/http/middleware/
    Family("middleware", "django", "MiddlewareMixin",
           "__call__ __acall__ process_request process_view process_response process_exception"),
    Family("Django feed", "django", "Feed Sitemap", "items get_object title description", "item_"),
    Family("Django backend", "django", "Backend", "authenticate get_user has_perm get_all_permissions send_messages"),
    Family("endpoint", "starlette fastapi", "HTTPEndpoint WebSocketEndpoint",
           "dispatch on_connect on_receive on_disconnect", has_verbs=True, framework="starlette"),
    Family("middleware", "starlette fastapi", "Middleware APIRoute", "dispatch __call__ get_route_handler"),
    Family("Depends provider", "fastapi fastapi_users",
           "HTTPBearer HTTPBase OAuth2 OAuth2PasswordBearer APIKeyHeader APIKeyCookie", "__call__"),
    Family("view", "flask quart flask_restful flask_restx flask_restplus flask_smorest apiflask", "View Resource",
           "dispatch_request __init__", has_verbs=True, framework="flask"),
    Family("JSON:API resource", "flask_rest_jsonapi", "ResourceList ResourceDetail ResourceRelationship", "query",
           "before_ after_", has_verbs=True, framework="flask"),
    Family("admin view", "flask_admin flask_appbuilder", "View ModelRestApi BaseApi",
           "get_query get_count_query get_list is_accessible create_model update_model delete_model", "on_ after_"),
    Family("view", "sanic", "HTTPMethodView", has_verbs=True, framework="sanic"),
    Family("view", "aiohttp", "View", has_verbs=True, framework="aiohttp"),
    # https://www.tornadoweb.org/en/stable/web.html#request-handlers
    Family("request handler", "tornado jupyter_server notebook", "Handler",
           "prepare initialize on_finish get_current_user write_error on_message open on_close data_received",
           has_verbs=True, framework="tornado"),
    Family("websocket", "channels", "Consumer", "connect disconnect receive receive_json dispatch handle",
           "websocket_", params="event"),
    Family("request handler", "http socketserver", "Handler", "handle", "do_"),
    Family("websocket", "socketio flask_socketio", "Namespace", starts="on_"),
    # https://docs.graphene-python.org/en/latest/types/objecttypes/#resolvers
    Family("GraphQL resolver", "graphene graphene_django", "ObjectType Mutation Node Interface",
           "mutate mutate_and_get_payload get_queryset get_node", "resolve_ subscribe_"),
    CELERY_TASK,
    Family("Airflow operator", "airflow", "Operator Sensor SensorOperator", "execute poke pre_execute post_execute",
           is_task=True),
    Family("Luigi task", "luigi", "Task", "run output requires complete", is_task=True),
    # https://dramatiq.io/reference.html#dramatiq.Middleware: some hooks belong to a message, some to a worker's life.
    Family("worker hook", "dramatiq rq", "Worker Middleware", "perform_job before_ack after_ack before_nack after_nack "
           "before_enqueue after_enqueue before_delay_message before_process_message after_process_message "
           "after_skip_message"),
    Family("worker startup", "dramatiq", "Middleware", "after_process_boot after_process_stop", "before_worker_ "
           "after_worker_ before_consumer_ after_consumer_ before_process_s after_declare_ before_declare_",
           heat=Heat.ONCE),
    Family("spider", "scrapy", "Spider", "parse start_requests", "parse_", params="response"),
    Family("management command", "django", "BaseCommand AppCommand LabelCommand NoArgsCommand TemplateCommand",
           "handle add_arguments handle_label handle_app_config handle_noargs execute", heat=Heat.COMMAND),
    Family("command", "flask_script cleo cliff", "Command", "run __call__ handle take_action", heat=Heat.COMMAND),
    Family("command", "traitlets jupyter_core", "Application JupyterApp", "start initialize", heat=Heat.COMMAND),
    Family("application startup", "django", "AppConfig", "ready", heat=Heat.ONCE),
)  # fmt: skip
