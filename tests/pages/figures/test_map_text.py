"""Hostile text reaches neither Jinja, nor HTML, nor JavaScript."""

from __future__ import annotations

import html
from pathlib import Path

import branca.element
import folium
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError

from pages.figures import map_text

PAYLOADS = [
    "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "{# comment #}",
    "<script>parent.hit=1</script>",
    "<img src=x onerror=parent.hit=1>",
    "${parent.hit=1}",
    "`);parent.hit=1;//",
    "');parent.hit=1;//",
    "\\u003cscript\\u003e",
    "\u2028parent.hit=1",
    "</script><script>parent.hit=1</script>",
    "&lt;b&gt; & more",
]


@given(st.text())
def test_encoding_shows_the_same_text(text: str):
    """What a browser makes of the references is the text itself (HTML's own replacements of C1 signs aside)."""
    plain = "".join(char for char in text if ord(char) >= 32 and not 127 <= ord(char) < 160)
    assert html.unescape(map_text.encode(plain)) == plain


@given(st.text())
def test_nothing_special_is_left(text: str):
    encoded = map_text.encode(text)
    rest = encoded.replace("&#", "").replace(";", "")
    assert not set(rest) & map_text.SPECIAL
    assert all(ord(char) >= 32 for char in encoded)


def rendered(text: str) -> str:
    """A map with this text in every place of a folium object that shows text."""
    drawn = folium.Map(location=[33, 44], tiles=None)
    folium.Marker([33, 44], popup=folium.Popup(text), tooltip=folium.Tooltip(text)).add_to(drawn)
    folium.FeatureGroup(name=text).add_to(drawn)
    point = {"type": "Feature", "properties": {"name": text}, "geometry": {"type": "Point", "coordinates": [44, 33]}}
    places = {"type": "FeatureCollection", "features": [point]}
    folium.GeoJson(places, tooltip=folium.GeoJsonTooltip(["name"])).add_to(drawn)
    return drawn.get_root().render()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_encoded_text_is_not_evaluated(payload: str):
    page = rendered(map_text.encode(payload) + "49?")
    assert payload not in page
    assert "parent.hit=1</script>" not in page


# Makes the folder "owned" where the server runs; without a quotation mark, which JSON would escape.
MAKES_A_FOLDER = "{{ cycler.__init__.__globals__.os.makedirs(dict(owned=1)|first, 511, true) }}"


def test_a_template_in_the_data_cannot_reach_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The second wall, with the first one left out: branca's second rendering runs in the sandbox."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SecurityError):
        rendered(MAKES_A_FOLDER)
    assert not (tmp_path / "owned").exists()


def test_the_attack_works_where_nothing_is_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The same text runs under Jinja's plain template: so the wall, and not luck, stops it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(branca.element, "Template", jinja2.Template)
    rendered(MAKES_A_FOLDER)
    assert (tmp_path / "owned").is_dir()


def test_sealing_twice_changes_nothing():
    map_text.seal()
    map_text.seal()
    assert branca.element.Template is map_text.SandboxedTemplate
    assert branca.element.ENV.sandboxed
