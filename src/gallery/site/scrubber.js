// The strip at the edge that leads to any month at once.
"use strict";

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
