// The map: outlines of land, and where pictures were taken, the near ones together. Nothing is asked of a server: whoever looks
// closely sees the grid of degrees, and names of places where pictures have one.
"use strict";

// A rectangle of two hundredths of a degree around a position, as the address of a view.
function near([latitude, longitude]) {
  const [south, west] = [Math.floor(latitude * 100), Math.floor(longitude * 100)];
  return [south - 1, west - 1, south + 1, west + 1].join(",");
}

class WorldMap {
  // squares: [value, count, sample, parts]; open: called with the edges of a rectangle in hundredths of a degree.
  constructor(root, squares, open) {
    Object.assign(this, { root, open });
    this.squares = squares.map(([value, count, sample]) => {
      const [south, west] = value.split(",").map(Number);
      return { south, west, x: WorldMap.x((west + 0.5) / 100), y: WorldMap.y((south + 0.5) / 100), count, sample };
    });
    this.canvas = words.element("canvas", { "aria-hidden": "true" });
    this.marks = words.element("div", { class: "map-marks" });
    const button = (text, label, act) => words.element("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: act }, text);
    this.root.replaceChildren(this.canvas, this.marks, words.element("div", { class: "map-tools" },
      button("+", "Closer", () => this.by(2)), button("−", "Farther", () => this.by(0.5)), button("⌂", "All", () => this.all())));
    this.observer = new ResizeObserver(() => { this.size(); this.keep(); this.draw(); });
    this.observer.observe(root);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.dark.addEventListener("change", this.redraw);
    this.pointers = new Map();
    root.addEventListener("wheel", (event) => { event.preventDefault(); this.by(Math.exp(-event.deltaY / 300), event); }, { passive: false });
    root.addEventListener("pointerdown", (event) => this.down(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    root.addEventListener("keydown", (event) => this.key(event));
    this.size();
    this.all();
    albumen.read("land", "site/land.js").then(([land, borders]) => {
      this.land = WorldMap.path(land, true);
      this.borders = WorldMap.path(borders, false);
      this.draw();
    }).catch((error) => main.say(error.message));
  }

  close() {
    this.observer.disconnect();
    this.dark.removeEventListener("change", this.redraw);
  }

  // The world is a square of side 1, as Mercator drew it.
  static x(longitude) { return (longitude + 180) / 360; }

  static y(latitude) {
    const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  static latitude(y) { return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI; }

  static path(text, closed) {
    const path = new Path2D();
    for (const line of text.split(";")) {
      const numbers = line.match(/-?\d+/g).map(Number);
      let [x, y] = [0, 0];
      for (let at = 0; at < numbers.length; at += 2) {
        x += numbers[at];
        y += numbers[at + 1];
        const point = [WorldMap.x(x / 10), WorldMap.y(y / 10)];
        if (at) path.lineTo(...point);
        else path.moveTo(...point);
      }
      if (closed) path.closePath();
    }
    return path;
  }

  size() {
    this.width = this.root.clientWidth;
    this.height = this.root.clientHeight;
    const dense = devicePixelRatio || 1;
    this.canvas.width = this.width * dense;
    this.canvas.height = this.height * dense;
  }

  // Shows all pictures.
  all() {
    const xs = this.squares.map((square) => square.x);
    const ys = this.squares.map((square) => square.y);
    const edge = (values, act) => values.reduce((a, b) => act(a, b), values[0] ?? 0.5);
    const [left, right] = [edge(xs, Math.min), edge(xs, Math.max)];
    const [top, bottom] = [edge(ys, Math.min), edge(ys, Math.max)];
    const room = Math.max((right - left) * 1.3 / this.width, (bottom - top) * 1.3 / this.height, 0.02 / this.width);
    this.scale = 1 / room;
    this.centre = { x: (left + right) / 2, y: (top + bottom) / 2 };
    this.keep();
    this.draw();
  }

  // Pixels for the whole world: from all of it to some metres a pixel.
  keep() {
    this.scale = Math.min(2 ** 22, Math.max(this.scale, Math.max(this.width, this.height * 0.9)));
    const half = this.height / 2 / this.scale;
    this.centre.y = Math.min(1 - half, Math.max(half, this.centre.y));
    const wide = this.width / 2 / this.scale;
    this.centre.x = Math.min(1 - wide, Math.max(wide, this.centre.x));
  }

  by(factor, event) {
    const box = this.root.getBoundingClientRect();
    const x = event ? event.clientX - box.left - this.width / 2 : 0;
    const y = event ? event.clientY - box.top - this.height / 2 : 0;
    const before = this.scale;
    const centre = { ...this.centre };
    this.scale *= factor;
    this.keep();
    this.centre = { x: centre.x + x / before - x / this.scale, y: centre.y + y / before - y / this.scale };
    this.keep();
    this.draw();
  }

  down(event) {
    if (event.target.closest("button")) return;
    this.root.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  move(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    const other = [...this.pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, at]) => at)[0];
    if (other) {
      const apart = (at) => Math.hypot(at.x - other.x, at.y - other.y) || 1;
      const now = { x: event.clientX, y: event.clientY };
      this.by(apart(now) / apart(pointer), { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 });
    } else {
      this.centre.x -= (event.clientX - pointer.x) / this.scale;
      this.centre.y -= (event.clientY - pointer.y) / this.scale;
      this.keep();
      this.draw();
    }
    pointer.x = event.clientX;
    pointer.y = event.clientY;
  }

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "+" || event.key === "=") this.by(2);
    else if (event.key === "-") this.by(0.5);
    else if (event.key in steps) {
      this.centre.x += (steps[event.key][0] * 100) / this.scale;
      this.centre.y += (steps[event.key][1] * 100) / this.scale;
      this.keep();
      this.draw();
    } else return;
    event.preventDefault();
  }

  draw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      if (!this.width || !this.root.isConnected) return;
      this.paint();
      this.gather();
    });
  }

  paint() {
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const dense = devicePixelRatio || 1;
    const context = this.canvas.getContext("2d");
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.fillStyle = colour("--sea");
    context.fillRect(0, 0, this.width, this.height);
    const origin = { x: this.width / 2 - this.centre.x * this.scale, y: this.height / 2 - this.centre.y * this.scale };
    if (this.land) {
      context.setTransform(dense * this.scale, 0, 0, dense * this.scale, dense * origin.x, dense * origin.y);
      context.fillStyle = colour("--land");
      context.fill(this.land, "evenodd");
      context.lineWidth = 1 / this.scale;
      context.strokeStyle = colour("--border");
      context.stroke(this.borders);
      context.setTransform(dense, 0, 0, dense, 0, 0);
    }
    this.degrees(context, origin, colour("--grid-line"), colour("--grid-text"));
  }

  // The grid of degrees, as fine as there is room for.
  degrees(context, origin, line, text) {
    const steps = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
    const step = steps.find((step) => (step / 360) * this.scale < 260) || 0.01;
    const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
    context.strokeStyle = line;
    context.fillStyle = text;
    context.lineWidth = 1;
    context.font = "11px system-ui, sans-serif";
    const west = ((-origin.x / this.scale) * 360) - 180;
    const east = (((this.width - origin.x) / this.scale) * 360) - 180;
    context.beginPath();
    for (let at = Math.ceil(west / step) * step; at <= east; at += step) {
      const x = Math.round(WorldMap.x(at) * this.scale + origin.x) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, this.height);
      context.fillText(Math.abs(at).toFixed(digits) + "°" + (at < -1e-9 ? "W" : at > 1e-9 ? "E" : ""), x + 3, this.height - 5);
    }
    const north = WorldMap.latitude(-origin.y / this.scale);
    const south = WorldMap.latitude((this.height - origin.y) / this.scale);
    for (let at = Math.ceil(south / step) * step; at <= north; at += step) {
      const y = Math.round(WorldMap.y(at) * this.scale + origin.y) + 0.5;
      context.moveTo(0, y);
      context.lineTo(this.width, y);
      context.fillText(Math.abs(at).toFixed(digits) + "°" + (at < -1e-9 ? "S" : at > 1e-9 ? "N" : ""), 4, y - 3);
    }
    context.stroke();
  }

  // Puts squares that lie near each other on the screen into one mark.
  gather() {
    const room = 64;
    const marks = new Map();
    for (const square of this.squares) {
      const x = (square.x - this.centre.x) * this.scale + this.width / 2;
      const y = (square.y - this.centre.y) * this.scale + this.height / 2;
      if (x < -room || y < -room || x > this.width + room || y > this.height + room) continue;
      // Cells of the world and not of the screen, so that marks do not jump while the map is pushed about.
      const cell = Math.floor((square.x * this.scale) / room) + "," + Math.floor((square.y * this.scale) / room);
      let mark = marks.get(cell);
      if (!mark) {
        mark = { x: 0, y: 0, count: 0, sample: null, south: Infinity, west: Infinity, north: -Infinity, east: -Infinity };
        marks.set(cell, mark);
      }
      mark.x += x * square.count;
      mark.y += y * square.count;
      mark.count += square.count;
      mark.sample = mark.sample || square.sample;
      mark.south = Math.min(mark.south, square.south);
      mark.north = Math.max(mark.north, square.south);
      mark.west = Math.min(mark.west, square.west);
      mark.east = Math.max(mark.east, square.west);
    }
    const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.mark : null;
    this.marks.replaceChildren(...[...marks].map(([cell, mark]) => this.mark(cell, mark)));
    const again = focused && [...this.marks.children].find((made) => made.dataset.mark === focused);
    if (again) again.focus({ preventScroll: true });
  }

  mark(cell, mark) {
    const label = words.number(mark.count) + (mark.count === 1 ? " picture near " : " pictures near ") +
      words.position([(mark.south + 0.5) / 100, (mark.west + 0.5) / 100]);
    const made = words.element("button", { type: "button", class: "mark", "data-mark": cell, "aria-label": label, title: label, onclick: () => this.chosen(mark) });
    made.style.left = mark.x / mark.count + "px";
    made.style.top = mark.y / mark.count + "px";
    if (mark.sample) {
      const image = words.element("img", { alt: "", decoding: "async", draggable: "false" });
      image.onerror = () => image.remove();
      image.src = albumen.thumbOf(mark.sample);
      made.append(image);
    }
    made.append(words.element("span", { class: "mark-count" }, words.number(mark.count)));
    return made;
  }

  // Pictures of one spot are shown; of several, the map comes closer first.
  chosen(mark) {
    const wide = Math.max(mark.north - mark.south, mark.east - mark.west);
    if (wide <= 2 || this.scale >= 2 ** 22) this.open([mark.south, mark.west, mark.north, mark.east]);
    else {
      const of = (south, west) => [WorldMap.x(west / 100), WorldMap.y(south / 100)];
      const [left, bottom] = of(mark.south, mark.west);
      const [right, top] = of(mark.north + 1, mark.east + 1);
      this.centre = { x: (left + right) / 2, y: (top + bottom) / 2 };
      this.scale = Math.max(this.scale * 2, 0.6 * Math.min(this.width / (right - left), this.height / (bottom - top)));
      this.keep();
      this.draw();
    }
  }
}
