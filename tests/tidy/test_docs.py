"""What the documents point at is there, and what they list is complete."""

import re
from functools import cache
from pathlib import Path

from django.apps import apps

from tests.tidy.source import ROOT, SHOAL, files

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)|(!)\[[^\]]*\]\(([^)\s]+)\)")
_TABLE = re.compile(r"(?<!\[)`([a-z]+_[a-z]+)`")
_PICTURE_BYTES = 150_000


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in _pages()
        for _, target in _links(page)
        if not target.startswith(("https://", "http://", "mailto:")) and not _is_there(page, target)
    ]
    assert broken == []


def test_names_are_defined_where_links_lead() -> None:
    """[`place_orders`](src/shoal/orders/desk.py) names something that this file defines."""
    lost = []
    for page in _pages():
        for text, target in _links(page):
            name = re.fullmatch(r"`(\w+)`", text)
            if name and target.endswith(".py"):
                code = (page.parent / target).read_text(encoding="utf-8")
                if not re.search(rf"(?m)^\s*(def|class) {name[1]}\b|^{name[1]}\b.* = ", code):
                    lost.append(f"{page.relative_to(ROOT)}: {name[1]} in {target}")
    assert lost == []


def test_every_page_is_reached_from_the_first() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen:
            seen.add(page)
            targets = (page.parent / target.partition("#")[0] for _, target in _links(page))
            waiting += (one.resolve() for one in targets if one.suffix == ".md" and one.is_file())
    docs = {page for page in _pages() if (ROOT / "docs") in page.parents}
    assert sorted(page.relative_to(ROOT).as_posix() for page in docs - seen) == []


def test_pictures_are_light() -> None:
    heavy = [
        path.name
        for path in files()
        if (ROOT / "docs") in path.parents
        and path.suffix in {".png", ".webp", ".jpg"}
        and path.stat().st_size > _PICTURE_BYTES
    ]
    assert heavy == []


def test_architecture_lists_every_table() -> None:
    written = _TABLE.findall(_part("## Tables", "## Promises"))
    ours = {
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("shoal.")
    }
    assert sorted(written) == sorted(ours)


def test_facts_are_those_that_refuse_edits() -> None:
    written = set(_TABLE.findall(_part("**Facts**", "**Projections**")))
    assert written == set(re.findall(r'append_only\("(\w+)"\)', _migrations()))


def test_partitions_are_those_that_are_made() -> None:
    written = set(re.findall(r"`([a-z]+_[a-z]+)` \*P\*", _part("**Facts**", "**Projections**")))
    made = {
        f"{path.parent.parent.name}_{name.lower()}"
        for path in SHOAL.glob("*/migrations/*.py")
        for name in re.findall(
            r'CreatePartitionedModel\(\s*name=["\'](\w+)', path.read_text(encoding="utf-8")
        )
    }
    assert written == made


def test_architecture_draws_the_layers() -> None:
    drawn = _part("```\n", "```\n\nBeside").split("\n")
    names = {name for row in drawn for name in re.findall(r"[a-z]+", row[:25])}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"(?s)layers = \[(.*?)\]", project)
    assert listed
    assert names == set(re.findall(r"[a-z]+", listed[1]))


@cache
def _pages() -> tuple[Path, ...]:
    return tuple(path for path in files() if path.suffix == ".md")


@cache
def _links(page: Path) -> list[tuple[str, str]]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    # A link inside `code` is an example, `code` inside a link is its text.
    text = re.sub(r"(\[`[^`\n]*`\])|`[^`\n]*`", lambda found: found[1] or "", text)
    return [(name, target or picture) for name, target, _, picture in _LINK.findall(text)]


def _is_there(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    there = (page.parent / path) if path else page
    if not there.exists():
        return False
    return not anchor or anchor in _anchors(there)


@cache
def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", head.lower()) for head in heads)
    return {head.strip().replace(" ", "-") for head in plain}


def _part(begin: str, end: str) -> str:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return text[text.index(begin) : text.index(end)]


def _migrations() -> str:
    paths = SHOAL.glob("*/migrations/*.py")
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
