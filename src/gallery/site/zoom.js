// A picture that can be made larger and moved about: wheel, two fingers, double click, keys.
"use strict";

class Zoom {
  // swiped: called with -1 or 1 when a picture of ordinary size is pushed aside.
  constructor(stage, image, swiped) {
    Object.assign(this, { stage, image, swiped, scale: 1, x: 0, y: 0 });
    this.pointers = new Map();
    const on = (name, act, options) => stage.addEventListener(name, act, options);
    this.stop = new AbortController();
    const signal = this.stop.signal;
    on("wheel", (event) => {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
    }, { passive: false, signal });
    on("dblclick", (event) => { this.by(this.scale > 1 ? 0 : 3, event.clientX, event.clientY); }, { signal });
    on("pointerdown", (event) => this.down(event), { signal });
    on("pointermove", (event) => this.move(event), { signal });
    for (const name of ["pointerup", "pointercancel"]) on(name, (event) => this.up(event), { signal });
    this.apply();
  }

  close() { this.stop.abort(); }

  // Makes it larger around a point of the screen; 0 makes it fit again.
  by(factor, clientX, clientY) {
    const box = this.stage.getBoundingClientRect();
    const x = (clientX ?? box.left + box.width / 2) - box.left - box.width / 2;
    const y = (clientY ?? box.top + box.height / 2) - box.top - box.height / 2;
    const scale = factor === 0 ? 1 : Math.min(20, Math.max(1, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  shift(x, y) {
    this.x += x;
    this.y += y;
    this.apply();
  }

  apply() {
    const box = this.stage.getBoundingClientRect();
    const most = (size) => (size * (this.scale - 1)) / 2;
    this.x = Math.min(most(box.width), Math.max(-most(box.width), this.x));
    this.y = Math.min(most(box.height), Math.max(-most(box.height), this.y));
    this.image.style.transform = "translate(" + this.x + "px," + this.y + "px) scale(" + this.scale + ")";
    this.stage.classList.toggle("zoomed", this.scale > 1);
  }

  down(event) {
    if (event.target.closest("button, a")) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, from: event.clientX });
    if (event.pointerType !== "mouse" || this.scale > 1) this.stage.setPointerCapture(event.pointerId);
  }

  move(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    const others = [...this.pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    if (others.length) {
      const other = others[0];
      const apart = (x, y) => Math.hypot(x - other.x, y - other.y) || 1;
      this.by(apart(event.clientX, event.clientY) / apart(pointer.x, pointer.y), (event.clientX + other.x) / 2, (event.clientY + other.y) / 2);
    } else if (this.scale > 1) this.shift(event.clientX - pointer.x, event.clientY - pointer.y);
    pointer.x = event.clientX;
    pointer.y = event.clientY;
  }

  up(event) {
    const pointer = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    if (!pointer || this.pointers.size || this.scale > 1 || event.pointerType === "mouse") return;
    const by = event.clientX - pointer.from;
    if (Math.abs(by) > 60) this.swiped(by < 0 ? 1 : -1);
  }

  // Returns whether the key meant this picture.
  key(event) {
    const steps = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    if (event.key === "+" || event.key === "=") this.by(1.5);
    else if (event.key === "-") this.by(1 / 1.5);
    else if (event.key === "0") this.by(0);
    else if (this.scale > 1 && event.key in steps) this.shift(...steps[event.key]);
    else return false;
    return true;
  }
}
