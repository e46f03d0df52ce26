"""The arrows of the design: who may import whom, and a place for every file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPS = {"consent": [], "inquiries": ["consent"], "occtosite": ["consent", "inquiries"]}

# Of consent, inquiries may know the policy version in force, OCCTO's own details, the mark of a public page and of a
# list that is only read, what their worker is to do for it, and how an outage is kept in mind.
INQUIRIES_MAY_USE = {
    "consent.inventory.policy_in_force",
    "consent.jobs.JOBS",
    "consent.jobs.Job",
    "consent.lists.ReadOnlyAdmin",
    "consent.models.Controller",
    "consent.outage.Outage",
    "consent.pages.public_page",
}

# Within an app a module imports from the layers above its own only.
LAYERS: dict[str, list[set[str]]] = {
    "consent": [
        {
            "addresses",
            "charts",
            "clauses",
            "contents",
            "gpc",
            "ids",
            "inserts",
            "lists",
            "markdown",
            "outage",
            "pages",
            "proof",
            "suppression",
            "triggers",
            "wording",
        },
        {"keys", "models", "tables", "verify"},
        {"disclosure"},
        {"changes"},
        {"inventory", "drafts", "faults", "frames", "guards", "retention", "statements", "tree"},
        {"choice", "ledger", "notices", "receipts", "statistics"},
        {"publication"},
        {"policies"},
        {"provision", "audit", "forms", "seal", "seen", "editions", "figures", "downloads"},
        {"archive", "daily", "jobs", "policy_admin", "publish_views", "register_forms"},
        {"daily_views", "proof_views", "register_admin", "seen_views", "statistics_views"},
        {"admin", "views", "register_views", "apps"},
        {"urls", "statistics_urls"},
    ],
    "inquiries": [
        {"sealing", "models", "submissions", "patience"},
        {"fields", "keyring", "spool"},
        {
            "access",
            "checks",
            "corrections",
            "erasures",
            "guesses",
            "holds",
            "limits",
            "lookup",
            "mail_domains",
            "outbox",
            "outgoing",
            "references",
            "roles",
            "sealed_columns",
            "states",
            "suspicions",
            "tokens",
        },
        {"emails", "delivery", "inputs", "pages", "postal", "quarantine"},
        {"intake", "retention", "reveal", "sender"},
        {"arrivals", "followups", "forms", "indexing", "replies", "requests", "retirement", "screening"},
        {"retention_run"},
        {"worker"},
        {"form_pages", "status_forms", "admin_thread"},
        {"status_pages", "admin_views", "hold_views", "retention_lists"},
        {"downloads", "admin_requests"},
        {"status_views", "views"},
        {"admin", "apps"},
        {"urls"},
    ],
}


def modules(app: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / app).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if ".migrations." not in name and path.name != "__init__.py":
            yield name, path


def imports(path: Path) -> set[str]:
    """Return the dotted names that a file imports, `from a import b` as `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_the_apps_it_may_know(app: str) -> None:
    allowed = {app, *APPS[app]}
    for name, path in modules(app):
        others = {imported for imported in imports(path) if imported.partition(".")[0] in set(APPS) - allowed}
        assert not others, f"{name} imports {others}"


def test_inquiries_know_little_of_consent() -> None:
    for name, path in modules("inquiries"):
        known = {imported for imported in imports(path) if imported.startswith("consent.")}
        assert known <= INQUIRIES_MAY_USE, f"{name} imports {known - INQUIRIES_MAY_USE}"


@pytest.mark.parametrize("app", LAYERS)
def test_arrows_within_an_app_point_one_way(app: str) -> None:
    layer_of = {module: number for number, layer in enumerate(LAYERS[app]) for module in layer}
    for name, path in modules(app):
        parts = name.split(".")
        if "commands" in parts:
            continue
        assert parts[1] in layer_of, f"{name} has no place: give it one in LAYERS"
        for imported in imports(path):
            target = imported.split(".")
            if target[0] == app and len(target) > 1 and target[1] in layer_of and target[1] != parts[1]:
                assert layer_of[target[1]] < layer_of[parts[1]], f"{name} imports {imported} against the arrow"


def test_every_module_and_function_stays_small() -> None:
    for app in APPS:
        for name, path in modules(app):
            text = path.read_text()
            assert text.count("\n") <= 300, f"{name} has over 300 lines"
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    assert (node.end_lineno or 0) - node.lineno < 40, f"{name}.{node.name} has over 40 lines"


def test_only_the_one_door_opens_what_is_sealed() -> None:
    """Clause S5: every opening is recorded, because there is no other way to open (design, idea 3)."""
    callers = {name for app in APPS for name, path in modules(app) if "open_sealed" in path.read_text()}
    assert callers == {"inquiries.reveal", "inquiries.sealing"}


def test_a_sender_s_copy_is_opened_where_its_code_was_judged_and_nowhere_else() -> None:
    callers = {name for app in APPS for name, path in modules(app) if "open_with" in path.read_text()}
    assert callers == {"inquiries.access", "inquiries.sender"}


def test_the_sender_s_pages_need_no_private_key_of_occto_s() -> None:
    """Design, idea 3: a machine with the public side alone serves them; so they never come near the one door."""
    for name in (
        "access",
        "downloads",
        "followups",
        "pages",
        "sender",
        "status_forms",
        "status_pages",
        "status_views",
    ):
        known = imports(ROOT / f"inquiries/{name}.py")
        assert not any(imported.startswith("inquiries.reveal") for imported in known), name


def test_no_module_connects_outwards_but_the_delivery_of_mail() -> None:
    """Clause S13a: nothing leaves the site but mail and the database."""
    outward = {"smtplib", "http.client", "urllib.request", "ftplib", "requests", "httpx", "aiohttp"}
    callers = {
        name
        for app in APPS
        for name, path in modules(app)
        if outward & (imports(path) | {i.rpartition(".")[0] for i in imports(path)})
    }
    assert callers == {"inquiries.delivery"}
