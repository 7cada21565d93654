"""Copy what the browser needs from node_modules/ to static/vendor/, with licences; run by `make setup`.

Fonts are also written as TTF, which chart images need (they cannot read WOFF).
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
MODULES, VENDOR = HERE.parent / "node_modules", HERE / "vendor"

FILES = {  # in static/vendor/ → in node_modules/
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "leaflet/images/marker-icon-2x.png": "leaflet/dist/images/marker-icon-2x.png",
    "leaflet/images/marker-shadow.png": "leaflet/dist/images/marker-shadow.png",
    "markercluster/leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "markercluster/MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "markercluster/MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
    "fullscreen/Control.FullScreen.js": "leaflet.fullscreen/Control.FullScreen.js",
    "fullscreen/Control.FullScreen.css": "leaflet.fullscreen/Control.FullScreen.css",
    "fullscreen/icon-fullscreen.svg": "leaflet.fullscreen/icon-fullscreen.svg",
    "licences/leaflet.txt": "leaflet/LICENSE",
    "licences/leaflet.markercluster.txt": "leaflet.markercluster/MIT-LICENCE.txt",
    "licences/leaflet.fullscreen.txt": "leaflet.fullscreen/LICENSE",
    "licences/noto-sans.txt": "@fontsource/noto-sans/LICENSE",
    "licences/noto-sans-arabic.txt": "@fontsource/noto-sans-arabic/LICENSE",
}
FONTS = ("noto-sans/latin", "noto-sans-arabic/arabic")
WEIGHTS = (400, 600)
# Without this line the default marker asks for its picture under a wrong address.
IMAGE_PATH = ";L.Icon.Default.imagePath='../../app/static/vendor/leaflet/images/';\n"


def copy_files() -> None:
    """Copy the scripts, styles and licences."""
    for target, source in FILES.items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, place)
    with (VENDOR / "leaflet/leaflet.js").open("a", encoding="utf-8") as script:
        script.write(IMAGE_PATH)


def write_fonts() -> None:
    """Copy the fonts as WOFF2 for the browser and write them as TTF for chart images."""
    (VENDOR / "fonts/ttf").mkdir(parents=True, exist_ok=True)
    for font in FONTS:
        package, subset = font.split("/")
        for weight in WEIGHTS:
            name = f"{package}-{subset}-{weight}-normal"
            source = MODULES / "@fontsource" / package / "files"
            shutil.copyfile(source / f"{name}.woff2", VENDOR / "fonts" / f"{name}.woff2")
            with TTFont(source / f"{name}.woff") as plain:
                plain.flavor = None
                plain.save(VENDOR / "fonts/ttf" / f"{name}.ttf")


def main() -> int:
    """Build static/vendor/ anew. Exit 2 when node_modules/ is not there."""
    if not MODULES.is_dir():
        sys.stderr.write("node_modules/ is missing: run `make setup`, which installs it first.\n")
        return 2
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_files()
    write_fonts()
    versions = json.loads((HERE.parent / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    used = {name.removeprefix("node_modules/"): part["version"] for name, part in versions.items() if name}
    (VENDOR / "versions.json").write_text(json.dumps(used, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
