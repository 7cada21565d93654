// Draws the district map from numbers: see pages/figures/maps.py and pages/figures/outlines.py.
window.atlas = (() => {
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const LOOKS = { "0": "#ffffcc", "-1": "#c9c9c9", "-2": "url(#atlas-hatch)", "-3": "url(#atlas-dash)" };
  const ADM2_NAMES_FROM_ZOOM = 8;
  const state = {};

  function* numbers(text) {
    let value = 0, shift = 0;
    for (const sign of text) {
      const digit = DIGITS.indexOf(sign);
      value |= (digit & 31) << shift;
      if (digit & 32) { shift += 5; continue; }
      yield value & 1 ? -(value >> 1) : value >> 1;
      value = shift = 0;
    }
  }

  // Polygons of rings of [longitude, latitude], as GeoJSON has them.
  function polygons(text, grid) {
    const read = numbers(text), next = () => read.next().value;
    const ring = () => {
      let x = 0, y = 0;
      const points = Array.from({ length: next() }, () => {
        x += next(); y += next();
        return [+(x * grid).toFixed(4), +(y * grid).toFixed(4)];
      });
      return points.concat([points[0]]);
    };
    return Array.from({ length: next() }, () => Array.from({ length: next() }, ring));
  }

  // Names arrive as numeric character references; an attribute needs the letters.
  function plain(encoded) {
    const area = document.createElement("textarea");
    area.innerHTML = encoded;
    return area.value;
  }

  function patterns(svg) {
    const defs = document.createElementNS("http://www.w3.org/2000/svg", "defs");
    defs.innerHTML =
      '<pattern id="atlas-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="7" height="7" fill="#fff"/><rect width="2.5" height="7" fill="#6b6b6b"/></pattern>' +
      '<pattern id="atlas-dash" width="10" height="8" patternUnits="userSpaceOnUse">' +
      '<rect width="10" height="8" fill="#fff"/><rect y="3" width="6" height="2" fill="#6b6b6b"/></pattern>';
    svg.appendChild(defs);
  }

  const outline = (number) => number === state.selected
    ? { color: state.ink, weight: 3, opacity: 1 }
    : { color: "#555", weight: 0.6, opacity: 0.8 };

  function restyle() {
    state.shapes.eachLayer((shape) => {
      const number = shape.feature.properties.i;
      const code = state.codes ? state.codes[number] : null;
      const fill = code === null ? "#ffffff" : code > 0 ? state.colours[code - 1] : LOOKS[code];
      shape.setStyle({ ...outline(number), fillColor: fill, fillOpacity: code === null ? 0.02 : 1 });
      if (number === state.selected) shape.bringToFront();
    });
    state.lines.forEach((line) => line.bringToFront());
  }

  function names(map, places, kind) {
    return L.layerGroup(places.map(([lat, lon, html]) => L.marker([lat, lon], {
      interactive: false, keyboard: false, pane: "names",
      icon: L.divIcon({ className: "atlas-name " + kind, html: "<span>" + html + "</span>", iconSize: [0, 0] }),
    })));
  }

  function base(map, payload) {
    Object.assign(state, { map, codes: null, colours: [], selected: null, image: null, circles: null });
    state.ink = payload.dark ? "#ffffff" : "#111111";
    document.body.classList.toggle("dark", payload.dark);
    const container = map.getContainer();
    container.setAttribute("aria-label", plain(payload.titles.map));
    // Leaflet focuses the map on a click; without this the page would scroll to it and lose the click.
    container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
    map.createPane("names").style.zIndex = 450;
    map.createPane("density").style.zIndex = 390;
    const features = payload.districts.map((text, i) => ({
      type: "Feature", properties: { i },
      geometry: { type: "MultiPolygon", coordinates: polygons(text, payload.grid) },
    }));
    state.shapes = L.geoJSON(features, { style: { color: "#555", weight: 0.6, fillOpacity: 0.02 } }).addTo(map);
    state.shapes.on("click", (event) => { state.selected = event.layer.feature.properties.i; restyle(); });
    state.lines = payload.lines.map((text) => L.polyline(
      polygons(text, payload.grid).flat().map((ring) => ring.map(([lon, lat]) => [lat, lon])),
      { color: state.ink, weight: 1.4, opacity: 0.75, interactive: false }).addTo(map));
    patterns(map.getPane("overlayPane").querySelector("svg"));
    L.control.zoom({ zoomInTitle: plain(payload.titles.zoomIn), zoomOutTitle: plain(payload.titles.zoomOut) }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
    const adm1 = names(map, payload.names.adm1, "adm1").addTo(map), adm2 = names(map, payload.names.adm2, "adm2");
    map.on("zoomend", () => {
      const near = map.getZoom() >= ADM2_NAMES_FROM_ZOOM;
      (near ? adm1 : adm2).remove();
      (near ? adm2 : adm1).addTo(map);
    });
    map.fitBounds(payload.bounds, { animate: false });
    map.setMaxBounds(L.latLngBounds(payload.bounds).pad(0.4));
  }

  function paint(payload) {
    Object.assign(state, { codes: payload.codes, colours: payload.colours, selected: payload.selected });
    if (state.image) { state.image.remove(); state.image = null; }
    if (payload.image) {
      state.image = L.imageOverlay("data:image/png;base64," + payload.image, payload.bounds,
        { pane: "density", interactive: false }).addTo(state.map);
    }
    if (state.circles) { state.circles.remove(); state.circles = null; }
    if (payload.circles) {
      state.circles = L.layerGroup(payload.circles.flatMap(([lat, lon, radius, number]) => [
        L.circle([lat, lon], { radius, color: state.ink, weight: 2, dashArray: "6 4", fill: false, interactive: false }),
        L.marker([lat, lon], {
          interactive: false, keyboard: false, pane: "names",
          icon: L.divIcon({ className: "atlas-name adm1", html: "<span>" + Number(number) + "</span>", iconSize: [0, 0] }),
        }),
      ])).addTo(state.map);
    }
    restyle();
  }

  return { base, paint };
})();
