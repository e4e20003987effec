// The grid: only what is on the screen or near it is in the page, whatever the length of the sequence.
"use strict";

// What a frame may cost: a leap to another year would else make and read a hundred cells at once, and the browser would
// show nothing until all of it is done.
const CELLS_A_FRAME = 12;
const PICTURES_AT_ONCE = 12;

class Grid {
  // open: called with the index of a cell; link: gives a cell's address.
  constructor(root, sequence, open, link) {
    Object.assign(this, { root, sequence, open, link });
    this.cells = new Map();
    this.heads = new Map();
    this.reading = new Set();
    this.current = 0;
    this.asked = null;
    this.space = words.element("div", { class: "grid" });
    root.replaceChildren(this.space);
    sequence.changed = () => this.later();
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
    for (const index of [...this.cells.keys()]) this.drop(index);
    for (const head of this.heads.values()) head.remove();
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
    for (const index of [...this.cells.keys()]) {
      if ((index < from || index >= to) && index !== held) this.drop(index);
    }
    this.drawHeads(top);
    const { empty, more } = this.drawCells(from, to, this.range(top, top + innerHeight));
    if (held < 0 && (this.current < from || this.current >= to)) this.point(this.firstVisible());
    this.scrubber.show(top);
    // What was shown once may have been dropped since.
    if (empty) this.want(from, to);
    if (more) this.later();
  }

  // Makes cells, those on the screen at once, and fills some of them, those on the screen first. Returns whether some are empty, and
  // whether the next frame can do more; a picture that was read, or a record, asks for a frame by itself.
  drawCells(from, to, [first, last]) {
    const order = [];
    for (let index = first; index < last; index += 1) order.push(index);
    for (let below = last, above = first - 1; below < to || above >= from; below += 1, above -= 1) {
      if (below < to) order.push(below);
      if (above >= from) order.push(above);
    }
    let left = CELLS_A_FRAME;
    let empty = false;
    for (const index of order) {
      let cell = this.cells.get(index);
      if (cell && cell.dataset.id) continue;
      const seen = index >= first && index < last;
      if (left <= 0 && !seen) return { empty: true, more: true };
      if (!cell) {
        cell = this.cell(index);
        if (!seen) left -= 0.5;
      }
      if (left > 0 && this.reading.size < PICTURES_AT_ONCE && this.fillCell(index, cell)) left -= 1;
      else empty = true;
    }
    return { empty, more: left <= 0 };
  }

  drop(index) {
    const cell = this.cells.get(index);
    for (const image of cell.querySelectorAll("img")) this.read(image);
    cell.remove();
    this.cells.delete(index);
  }

  // A picture was read, could not be, or is no longer wanted.
  read(image) {
    if (this.reading.delete(image)) this.later();
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

  // Asks for the records of these cells.
  want(from, to) {
    this.asked = [from, to];
    if (this.asking) return;
    this.asking = true;
    const read = async () => {
      // While one part was read, the reader may have scrolled on: only the last wish counts.
      while (this.asked && !this.closed) {
        const [first, last] = this.asked;
        this.asked = null;
        await this.sequence.want(first, last);
      }
    };
    read().catch((error) => main.say(error.message)).finally(() => { this.asking = false; });
  }

  cell(index) {
    const cell = words.element("a", { class: "cell", draggable: "false", "data-index": index, tabindex: index === this.current ? "0" : "-1" });
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
    return cell;
  }

  // Shows a record in its cell; returns whether the record was here.
  fillCell(index, cell) {
    const found = this.sequence.at(index);
    if (!found) return false;
    const { record, part } = found;
    cell.dataset.id = record.i;
    if (record.r) cell.dataset.live = "1";
    cell.href = this.link(record, part);
    const text = words.alt(record);
    const address = albumen.thumb(record);
    if (address) {
      const image = words.element("img", { alt: text, decoding: "async", draggable: "false", dir: "auto" });
      // A picture that is gone is shown as a card with its name.
      image.onerror = () => { image.replaceWith(this.card(record)); this.read(image); };
      image.onload = () => this.read(image);
      this.reading.add(image);
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
    return true;
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
