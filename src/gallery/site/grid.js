// The grid: only what is on the screen or near it is in the page, whatever the length of the sequence.
"use strict";

class Grid {
  // open: called with the index of a cell; link: gives a cell's address.
  constructor(root, sequence, open, link) {
    Object.assign(this, { root, sequence, open, link });
    this.cells = new Map();
    this.heads = new Map();
    this.current = 0;
    this.asked = null;
    this.space = words.element("div", { class: "grid" });
    root.replaceChildren(this.space);
    sequence.changed = (from, to) => this.fill(from, to);
    this.draw = this.draw.bind(this);
    this.later = () => { this.pending = this.pending || requestAnimationFrame(this.draw); };
    this.relayout = this.relayout.bind(this);
    addEventListener("scroll", this.later, { passive: true });
    this.observer = new ResizeObserver(() => { if (this.space.clientWidth !== this.width) this.relayout(); });
    this.observer.observe(this.space);
    this.space.addEventListener("keydown", (event) => this.key(event));
    this.space.addEventListener("click", (event) => this.click(event));
    this.live();
    this.layout();
    this.scrubber = new Scrubber(this);
    this.draw();
  }

  close() {
    removeEventListener("scroll", this.later);
    this.observer.disconnect();
    this.scrubber.close();
    this.sequence.changed = () => {};
    this.closed = true;
  }

  // Where everything lies: sections one below the other, rows of square cells in each.
  layout() {
    this.width = this.space.clientWidth;
    const wanted = this.width < 600 ? 116 : 176;
    this.gap = this.width < 600 ? 2 : 4;
    this.columns = Math.max(3, Math.round(this.width / wanted));
    this.side = (this.width - this.gap * (this.columns - 1)) / this.columns;
    this.tops = [];
    let top = 0;
    for (const section of this.sequence.sections) {
      const head = section.month ? 52 : 0;
      const rows = Math.ceil(section.count / this.columns);
      this.tops.push({ section, top, head, rows });
      top += head + rows * (this.side + this.gap) + 12;
    }
    this.height = top;
    this.space.style.height = top + "px";
  }

  // The window changed: what was at the top stays there, and so does the focus.
  relayout() {
    const down = scrollY > this.offset();
    const anchor = this.tops.length ? this.range(scrollY - this.offset() + this.above() + 1, 0)[0] : 0;
    const held = this.space.contains(document.activeElement);
    for (const cell of this.cells.values()) cell.remove();
    for (const head of this.heads.values()) head.remove();
    this.cells.clear();
    this.heads.clear();
    this.layout();
    if (down) this.reveal(anchor, "start");
    this.scrubber.layout();
    if (held) this.focus(this.current);
    else this.draw();
  }

  // The sequence has grown at its end.
  grown() {
    this.layout();
    this.scrubber.layout();
    this.later();
  }

  // Height of what lies over the top of the page, and of a month's name.
  above() { return document.getElementById("bar").offsetHeight + 60; }

  offset() { return this.space.getBoundingClientRect().top + scrollY; }

  sectionAt(y) {
    let low = 0;
    let high = this.tops.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle].top <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  place(index) {
    let low = 0;
    let high = this.tops.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle].section.start <= index) low = middle;
      else high = middle - 1;
    }
    const at = this.tops[low];
    const inside = index - at.section.start;
    const step = this.side + this.gap;
    return { x: (inside % this.columns) * step, y: at.top + at.head + Math.floor(inside / this.columns) * step, section: low };
  }

  // Returns the indices between two heights.
  range(from, to) {
    const step = this.side + this.gap;
    const edge = (y, up) => {
      const at = this.tops[this.sectionAt(Math.max(0, y))];
      const row = (y - at.top - at.head) / step;
      const inside = up ? Math.ceil(row) * this.columns : Math.floor(row) * this.columns;
      return at.section.start + Math.min(Math.max(0, inside), at.section.count);
    };
    return this.tops.length ? [edge(from, false), edge(to, true)] : [0, 0];
  }

  firstVisible() {
    return this.tops.length ? this.range(scrollY - this.offset(), scrollY - this.offset())[0] : 0;
  }

  draw() {
    this.pending = 0;
    if (this.closed || !this.tops.length) return;
    const top = scrollY - this.offset();
    const [from, to] = this.range(top - innerHeight * 0.75, top + innerHeight * 1.75);
    const held = document.activeElement && this.space.contains(document.activeElement)
      ? Number(document.activeElement.dataset.index) : -1;
    for (const [index, cell] of this.cells) {
      if ((index < from || index >= to) && index !== held) { cell.remove(); this.cells.delete(index); }
    }
    this.drawHeads(top);
    for (let index = from; index < to; index += 1) if (!this.cells.has(index)) this.cell(index);
    if (held < 0 && (this.current < from || this.current >= to)) this.point(this.firstVisible());
    this.scrubber.show(top);
    this.want();
  }

  drawHeads(top) {
    const first = this.sectionAt(Math.max(0, top - innerHeight));
    const last = this.sectionAt(top + innerHeight * 2);
    for (const [section, head] of this.heads) {
      if (section < first || section > last) { head.remove(); this.heads.delete(section); }
    }
    for (let number = first; number <= last; number += 1) {
      const at = this.tops[number];
      if (!at.head || this.heads.has(number)) continue;
      const head = words.element("h2", { class: "month" }, words.month(at.section.month),
        words.element("span", { class: "count" }, words.number(at.section.count)));
      head.style.top = at.top + "px";
      // In the order of the page, so that readers meet a month before its pictures.
      const after = [...this.heads.keys()].filter((other) => other > number).sort((a, b) => a - b)[0];
      if (after === undefined) this.space.append(head);
      else this.heads.get(after).before(head);
      this.heads.set(number, head);
    }
  }

  // Asks for what empty cells show; what was shown once may have been dropped since.
  want() {
    let [from, to] = [Infinity, -1];
    for (const [index, cell] of this.cells) {
      if (cell.dataset.id) continue;
      from = Math.min(from, index);
      to = Math.max(to, index + 1);
    }
    if (to < 0) return;
    this.asked = [from, to];
    if (this.reading) return;
    this.reading = true;
    const read = async () => {
      // While one part was read, the reader may have scrolled on: only the last wish counts.
      while (this.asked && !this.closed) {
        const [first, last] = this.asked;
        this.asked = null;
        await this.sequence.want(first, last);
      }
    };
    read().catch((error) => main.say(error.message)).finally(() => { this.reading = false; });
  }

  cell(index) {
    const cell = words.element("a", { class: "cell", "data-index": index, tabindex: index === this.current ? "0" : "-1" });
    const { x, y } = this.place(index);
    cell.style.left = x + "px";
    cell.style.top = y + "px";
    cell.style.width = cell.style.height = this.side + "px";
    this.cells.set(index, cell);
    // In the order of the sequence where that costs nothing, so that readers meet them in it.
    const before = this.cells.get(index - 1);
    if (before) before.after(cell);
    else if (this.cells.has(index + 1)) this.cells.get(index + 1).before(cell);
    else {
      const head = this.heads.get(this.place(index).section);
      if (head) head.after(cell);
      else this.space.append(cell);
    }
    this.fillCell(index, cell);
  }

  fill(from, to) {
    if (this.closed) return;
    for (const [index, cell] of this.cells) {
      if (index >= from && index < to && !cell.dataset.id) this.fillCell(index, cell);
    }
  }

  fillCell(index, cell) {
    const found = this.sequence.at(index);
    if (!found) return;
    const { record, part } = found;
    cell.dataset.id = record.i;
    if (record.r) cell.dataset.live = "1";
    cell.href = this.link(record, part);
    const text = words.alt(record);
    const address = albumen.thumb(record);
    if (address) {
      const image = words.element("img", { alt: text, decoding: "async", draggable: "false", dir: "auto" });
      // A picture that is gone is shown as a card with its name.
      image.onerror = () => image.replaceWith(this.card(record));
      image.src = address;
      cell.append(image);
    } else if (record.m.startsWith("video/") && albumen.file(record)) {
      const video = words.element("video", { preload: "metadata", tabindex: "-1", "aria-hidden": "true" });
      video.muted = true;
      video.src = albumen.file(record) + "#t=0.1";
      video.onerror = () => video.replaceWith(this.card(record));
      cell.append(video, words.element("span", { class: "unseen" }, text));
    } else cell.append(this.card(record));
    cell.append(...this.badges(record));
  }

  card(record) {
    const name = record.o ? record.o.split("/").pop() : words.alt(record);
    return words.element("span", { class: "card" },
      words.element("span", { class: "card-type" }, record.m), words.element("bdi", {}, name));
  }

  badges(record) {
    const all = [];
    const badge = (text, label) => all.push(words.element("span", { class: "badge" },
      words.element("span", { "aria-hidden": "true" }, text), words.element("span", { class: "unseen" }, label)));
    if (record.u && record.u[1] > 1) badge("❐ " + (record.u[0] + 1) + "/" + record.u[1], "picture " + (record.u[0] + 1) + " of a post of " + record.u[1]);
    if (record.r) badge("◉ live", "live photo");
    if (record.l) badge("▶ " + words.length(record.l), "length " + words.length(record.l));
    else if (record.m.startsWith("video/")) badge("▶", "video");
    if (record.f) badge("★", "favourite");
    return all.length ? [words.element("span", { class: "badges" }, ...all)] : [];
  }

  click(event) {
    const cell = event.target.closest(".cell");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!cell.dataset.id || this.pressed) return;
    this.point(Number(cell.dataset.index));
    this.open(Number(cell.dataset.index));
  }

  // The one cell the tab key stops at.
  point(index) {
    const old = this.cells.get(this.current);
    if (old) old.tabIndex = -1;
    this.current = Math.min(Math.max(0, index), this.sequence.total - 1);
    const now = this.cells.get(this.current);
    if (now) now.tabIndex = 0;
  }

  key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns };
    const ends = { Home: 0, End: this.sequence.total - 1 };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in by) this.focus(this.current + by[event.key]);
    else if (event.key in ends) this.focus(ends[event.key]);
    else return;
    event.preventDefault();
  }

  focus(index) {
    this.point(index);
    this.reveal(this.current, "nearest");
    this.draw();
    const cell = this.cells.get(this.current);
    if (cell) cell.focus({ preventScroll: true });
  }

  // Scrolls so that a cell is on the screen.
  reveal(index, where) {
    if (!this.tops.length) return;
    const { y } = this.place(index);
    const top = this.offset() + y - this.above();
    const bottom = this.offset() + y + this.side + 8;
    if (where === "start" || top + 52 < scrollY) scrollTo(0, Math.max(0, top));
    else if (bottom > scrollY + innerHeight) scrollTo(0, bottom - innerHeight);
  }

  revealMonth(month) {
    const at = this.tops.find((top) => top.section.month === month);
    if (at) this.reveal(at.section.start, "start");
  }

  // A live photo moves while the pointer is on it, or a finger presses it.
  live() {
    const stop = () => {
      clearTimeout(this.hold);
      this.over = null;
      if (this.moving) { this.moving.remove(); this.moving = null; }
    };
    const start = async (cell) => {
      stop();
      if (!cell.dataset.live) return;
      const index = Number(cell.dataset.index);
      this.over = cell;
      await this.sequence.want(index, index + 1);
      const found = this.sequence.at(index);
      const address = found && albumen.live(found.record);
      if (!address || this.over !== cell) return;
      const video = words.element("video", { class: "moving", "aria-hidden": "true", tabindex: "-1" });
      video.muted = video.loop = true;
      video.onerror = stop;
      video.src = address;
      cell.append(video);
      this.moving = video;
      video.play().catch(() => {});
    };
    const cellOf = (event) => event.target.closest && event.target.closest(".cell");
    this.space.addEventListener("pointerover", (event) => {
      const cell = cellOf(event);
      if (cell && event.pointerType === "mouse" && !cell.contains(event.relatedTarget)) start(cell);
    });
    this.space.addEventListener("pointerout", (event) => {
      const cell = cellOf(event);
      if (cell && !cell.contains(event.relatedTarget)) stop();
    });
    this.space.addEventListener("pointerdown", (event) => {
      const cell = cellOf(event);
      if (!cell || event.pointerType !== "touch") return;
      this.pressed = false;
      this.hold = setTimeout(() => { this.pressed = true; start(cell); }, 350);
    });
    for (const name of ["pointerup", "pointercancel"]) this.space.addEventListener(name, () => { stop(); setTimeout(() => { this.pressed = false; }); });
    this.space.addEventListener("contextmenu", (event) => { if (this.pressed) event.preventDefault(); });
  }
}

// The strip at the edge that leads to any month at once.
class Scrubber {
  constructor(grid) {
    this.grid = grid;
    this.thumb = words.element("div", { class: "scrub-thumb" });
    this.bubble = words.element("div", { class: "scrub-bubble", "aria-hidden": "true" });
    this.years = words.element("div", { class: "scrub-years", "aria-hidden": "true" });
    this.root = words.element("div", {
      class: "scrub", role: "slider", tabindex: "0", "aria-label": "Month", "aria-orientation": "vertical", hidden: true,
    }, this.years, this.thumb, this.bubble);
    document.getElementById("main").append(this.root);
    this.root.addEventListener("pointerdown", (event) => {
      this.root.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.to(event);
    });
    this.root.addEventListener("pointermove", (event) => { if (this.dragging) this.to(event); });
    for (const name of ["pointerup", "pointercancel"]) this.root.addEventListener(name, () => { this.dragging = false; this.root.classList.remove("dragging"); });
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.layout();
  }

  close() { this.root.remove(); }

  layout() {
    const grid = this.grid;
    const months = grid.tops.filter((top) => top.head);
    this.root.hidden = months.length < 2 || grid.height < innerHeight * 2;
    if (this.root.hidden) return;
    this.root.setAttribute("aria-valuemin", "1");
    this.root.setAttribute("aria-valuemax", String(months.length));
    let last = -Infinity;
    let year = "";
    const labels = [];
    for (const top of months) {
      const of = top.section.month.slice(0, 4);
      const share = top.top / grid.height;
      if (of === year || top.section.month === "undated") continue;
      year = of;
      // Years that would lie upon each other are left out.
      if ((share - last) * innerHeight < 26) continue;
      last = share;
      const label = words.element("span", {}, of);
      label.style.top = share * 100 + "%";
      labels.push(label);
    }
    this.years.replaceChildren(...labels);
  }

  to(event) {
    const box = this.root.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    this.root.classList.add("dragging");
    scrollTo(0, this.grid.offset() + share * (this.grid.height - innerHeight * 0.5));
  }

  key(event) {
    const months = this.grid.tops;
    const now = this.grid.sectionAt(Math.max(0, scrollY - this.grid.offset() + 80));
    const year = (by) => {
      const of = months[now].section.month.slice(0, 4);
      let to = now;
      while (to + by >= 0 && to + by < months.length && months[to].section.month.slice(0, 4) === of) to += by;
      return to;
    };
    const to = {
      ArrowDown: () => now + 1, ArrowRight: () => now + 1, ArrowUp: () => now - 1, ArrowLeft: () => now - 1,
      PageDown: () => year(1), PageUp: () => year(-1), Home: () => 0, End: () => months.length - 1,
    }[event.key];
    if (!to) return;
    event.preventDefault();
    const number = Math.min(months.length - 1, Math.max(0, to()));
    this.grid.reveal(months[number].section.start, "start");
  }

  show(top) {
    if (this.root.hidden) return;
    const grid = this.grid;
    const number = grid.sectionAt(Math.max(0, top + 80));
    const text = words.month(grid.tops[number].section.month);
    this.root.setAttribute("aria-valuenow", String(number + 1));
    this.root.setAttribute("aria-valuetext", text);
    const share = Math.min(1, Math.max(0, top / (grid.height - innerHeight * 0.5)));
    this.thumb.style.top = this.bubble.style.top = share * 100 + "%";
    this.bubble.textContent = text;
  }
}
