"""What the documents say is held against the code."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "platform_project/settings.py").read_text()
VARIABLES = {
    *re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", SETTINGS),
    *re.findall(
        r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "platform_project/env.py").read_text()
    ),
}


def test_settings_have_variables():
    assert len(VARIABLES) > 20


def test_the_example_has_every_variable_and_no_other():
    example = (ROOT / ".env.example").read_text()

    assert set(re.findall(r"^#?\s?([A-Z_]+)=", example, re.M)) == VARIABLES


def test_the_configuration_page_has_every_variable_and_no_other():
    page = (ROOT / "docs/configuration.md").read_text()

    assert set(re.findall(r"^\| `([A-Z_]+)`", page, re.M)) == VARIABLES


def test_the_schema_is_the_committed_one(tmp_path):
    generated = tmp_path / "openapi.yaml"

    call_command("spectacular", file=str(generated))

    # After a wanted change: make openapi
    assert generated.read_text() == (ROOT / "docs/openapi.yaml").read_text()


def test_the_version_is_the_changelog_s_newest():
    changelog = (ROOT / "CHANGELOG.md").read_text()
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.M)

    assert newest[1] == settings.VERSION


@pytest.mark.parametrize(
    "page",
    sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")),
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    missing = [link for link in links if not (page.parent / link).exists()]

    assert missing == []
