"""Finding what people read, and compiling its Chinese."""

import gettext
from pathlib import Path

import pytest

from shoal.run import messages


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small source tree with a template, a refusal and two fragments."""
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    monkeypatch.setattr(messages, "_FOLDER", tmp_path / "locale" / "zh_Hans")
    monkeypatch.setattr(
        messages, "_CATALOGUE", tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}<p>{% translate "My cart" %}</p>'
        "{% blocktranslate count n=n %}{{ n }} item{% plural %}{{ n }} items{% endblocktranslate %}"
        '{% translate "May" context "verb (may)" %}'
    )
    (tmp_path / "operations.py").write_text(
        'class SoldOut(Refused):\n    """Only {left} are left."""\n\n    code = "sold_out"\n'
        'TITLE = gettext("Shelf")\n'
    )
    fragments = tmp_path / "locale" / "zh_Hans" / "fragments"
    fragments.mkdir(parents=True)
    (fragments / "a.po").write_text(
        'msgid "My cart"\nmsgstr "购物车"\n\nmsgid "Shelf"\nmsgstr "货架"\n\n'
        'msgid "%(n)s item"\nmsgid_plural "%(n)s items"\nmsgstr[0] "%(n)s 件"\n'
    )
    return tmp_path


def test_what_lacks_chinese_is_named_with_its_place(source: Path) -> None:
    assert messages.missing() == [
        "templates/page.html:1: no Chinese for 'May'",
        "operations.py:1: no Chinese for 'Only {left} are left.'",
    ]


def test_other_placeholders_are_a_mistake(source: Path) -> None:
    fragment = source / "locale" / "zh_Hans" / "fragments" / "b.po"
    fragment.write_text(
        'msgid "Only {left} are left."\nmsgstr "只剩 {rest} 件"\n\n'
        'msgctxt "verb (may)"\nmsgid "May"\nmsgstr "可以"\n'
    )
    assert messages.missing() == [
        "operations.py:1: other placeholders in the Chinese of 'Only {left} are left.'"
    ]


def test_fragments_are_compiled_and_merged(source: Path, tmp_path: Path) -> None:
    assert messages.compile_into(tmp_path / "out")
    assert not messages.compile_into(tmp_path / "out")
    compiled = tmp_path / "out" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    with compiled.open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("My cart") == "购物车"
    assert texts.ngettext("%(n)s item", "%(n)s items", 3) == "%(n)s 件"
    messages.merge()
    assert [path.name for path in messages.sources()] == ["django.po"]
    assert messages.merged().get("Shelf").string == "货架"
