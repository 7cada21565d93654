"""What text may enter a map: folium writes it into scripts and reads the result again as a template of ours.

Every data string for a map goes through `encode`; as a second wall, `seal` lets branca's templates run only in
Jinja's immutable sandbox. Best of all is no text: `pages.figures.maps` sends numbers and draws names outside the map.
"""

from __future__ import annotations

import branca.element
import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

SPECIAL = frozenset("&<>\"'`$\\{}%#\u2028\u2029")


def encode(text: str) -> str:
    """The text with every sign that HTML, JavaScript or Jinja could act on as a numeric character reference.

    >>> encode("{{ 7*7 }} <b>${x}</b> أربيل")
    '&#123;&#123; 7*7 &#125;&#125; &#60;b&#62;&#36;&#123;x&#125;&#60;/b&#62; أربيل'
    """
    return "".join(
        f"&#{ord(char)};" if char in SPECIAL or ord(char) < 32 or 127 <= ord(char) < 160 else char for char in text
    )


class SandboxedTemplate(jinja2.Template):
    """A template that can neither reach Python's inside nor change what it is given."""

    environment_class = ImmutableSandboxedEnvironment


def seal() -> None:
    """Let branca render what it renders a second time in the sandbox only. Doing it twice changes nothing."""
    branca.element.Template = SandboxedTemplate  # type: ignore[misc]
    branca.element.ENV = ImmutableSandboxedEnvironment(loader=branca.element.ENV.loader)


seal()
