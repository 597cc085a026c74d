"""Rules of the house that no linter knows."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["platform_project", "common", "accounts", "jobs", "files", "monitoring"]


def sources():
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                yield path.relative_to(ROOT), ast.parse(path.read_text())


def imported_packages(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def importers_of(package):
    return {str(path) for path, tree in sources() if package in imported_packages(tree)}


def test_rest_framework_is_imported_by_api_packages_only():
    outside = {path for path in importers_of("rest_framework") if "/api/" not in path}

    assert outside == set()


def test_django_q_is_imported_by_one_module():
    assert importers_of("django_q") == {"jobs/cluster.py"}


def test_boto3_is_imported_where_a_bucket_is_set_only():
    assert importers_of("boto3") | importers_of("storages") == {"files/bucket.py"}
    assert "files.bucket" not in {
        node.module
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }


def test_the_environment_is_read_by_one_module():
    readers = {
        str(path)
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        if isinstance(node.value, ast.Name) and node.value.id == "os"
    }

    # wsgi.py names the settings module, as every Django project's does.
    assert readers == {"platform_project/env.py", "platform_project/wsgi.py"}


def test_functions_stay_short():
    too_long = {
        f"{path}:{node.lineno} {node.name}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        if node.end_lineno - node.lineno >= 60
    }

    assert too_long == set()
