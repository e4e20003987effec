// A picture that can be made larger and moved about: wheel, two fingers, double click or tap, keys; and what a finger does else:
// it pushes the picture aside for the next one, and holds a live photo so that it moves.
"use strict";

// Milliseconds and pixels that tell a tap, a hold and a push apart.
const TAP_WITHIN = 300;
const HOLD_AFTER = 350;
const STILL = 12;
const PUSHED = 60;

class Zoom {
  // image: null where nothing can be made larger (a film, a card). swiped: called with -1 or 1 when what is shown in ordinary size is
  // pushed aside; held: called with true when a finger rests on it, and with false when it is lifted.
  constructor(stage, image, swiped, held) {
    Object.assign(this, { stage, image, swiped, held, scale: 1, x: 0, y: 0, tapped: null, holding: false });
    this.pointers = new Map();
    const on = (name, act, options) => stage.addEventListener(name, act, options);
    this.stop = new AbortController();
    const signal = this.stop.signal;
    on("wheel", (event) => {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
    }, { passive: false, signal });
    on("dblclick", (event) => { if (this.with === "mouse") this.by(this.scale > 1 ? 0 : 3, event.clientX, event.clientY); }, { signal });
    // A finger that rests opens no menu: it is taken for a hold.
    on("contextmenu", (event) => { if (this.with === "touch" && !event.target.closest("a")) event.preventDefault(); }, { signal });
    on("pointerdown", (event) => this.down(event), { signal });
    on("pointermove", (event) => this.move(event), { signal });
    for (const name of ["pointerup", "pointercancel"]) on(name, (event) => this.up(event), { signal });
    this.apply();
  }

  close() {
    this.release();
    this.stop.abort();
  }

  // Makes it larger around a point of the screen; 0 makes it fit again.
  by(factor, clientX, clientY) {
    if (!this.image) return;
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

  // push: how far a finger has pushed it aside.
  apply(push = 0) {
    if (!this.image) return;
    const box = this.stage.getBoundingClientRect();
    const most = (size) => (size * (this.scale - 1)) / 2;
    this.x = Math.min(most(box.width), Math.max(-most(box.width), this.x));
    this.y = Math.min(most(box.height), Math.max(-most(box.height), this.y));
    this.image.style.transform = "translate(" + (this.x + push) + "px," + this.y + "px) scale(" + this.scale + ")";
    this.stage.classList.toggle("zoomed", this.scale > 1);
  }

  down(event) {
    this.with = event.pointerType;
    if (event.target.closest("button, a")) return;
    // The bar of a player is the player's.
    const player = event.target.closest("video, audio");
    if (player && player.controls && event.clientY > player.getBoundingClientRect().bottom - 90) return;
    const { clientX: x, clientY: y, timeStamp } = event;
    this.pointers.set(event.pointerId, { x, y, from: { x, y }, since: timeStamp });
    // A finger stays with what it touched by itself.
    if (event.pointerType === "mouse" && this.scale > 1) this.stage.setPointerCapture(event.pointerId);
    this.release();
    // Two fingers never push aside, in whatever order they are lifted.
    if (this.pointers.size > 1) this.pinched = true;
    else {
      this.pinched = false;
      if (event.pointerType !== "mouse") this.rest = setTimeout(() => { this.holding = true; this.held(true); }, HOLD_AFTER);
    }
  }

  // Ends a hold, or the waiting for one.
  release() {
    clearTimeout(this.rest);
    if (!this.holding) return;
    this.holding = false;
    this.held(false);
  }

  move(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    const { clientX: x, clientY: y } = event;
    if (Math.hypot(x - pointer.from.x, y - pointer.from.y) > STILL) clearTimeout(this.rest);
    const others = [...this.pointers.entries()].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    if (others.length) {
      const other = others[0];
      const apart = (x, y) => Math.hypot(x - other.x, y - other.y) || 1;
      this.by(apart(x, y) / apart(pointer.x, pointer.y), (x + other.x) / 2, (y + other.y) / 2);
    } else if (this.scale > 1) this.shift(x - pointer.x, y - pointer.y);
    else if (event.pointerType !== "mouse" && !this.pinched) this.apply(x - pointer.from.x);
    pointer.x = x;
    pointer.y = y;
  }

  up(event) {
    const pointer = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    const held = this.holding;
    this.release();
    if (!pointer || this.pointers.size || event.pointerType === "mouse") return;
    if (this.scale === 1) this.apply();
    if (event.type === "pointercancel" || this.pinched || held) return;
    const [x, y] = [event.clientX - pointer.from.x, event.clientY - pointer.from.y];
    if (Math.hypot(x, y) <= STILL) this.tap(event, pointer);
    else if (this.scale === 1 && Math.abs(x) > PUSHED && Math.abs(x) > Math.abs(y)) this.swiped(x < 0 ? 1 : -1);
  }

  // Not every browser makes a double click of two taps.
  tap(event, pointer) {
    if (event.timeStamp - pointer.since > TAP_WITHIN) return;
    const { clientX: x, clientY: y, timeStamp } = event;
    const last = this.tapped;
    const twice = last && timeStamp - last.at < 2 * TAP_WITHIN && Math.hypot(x - last.x, y - last.y) < 3 * STILL;
    this.tapped = twice ? null : { x, y, at: timeStamp };
    if (twice) this.by(this.scale > 1 ? 0 : 3, x, y);
  }

  // Returns whether the key meant this picture.
  key(event) {
    if (!this.image) return false;
    const steps = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    if (event.key === "+" || event.key === "=") this.by(1.5);
    else if (event.key === "-") this.by(1 / 1.5);
    else if (event.key === "0") this.by(0);
    else if (this.scale > 1 && event.key in steps) this.shift(...steps[event.key]);
    else return false;
    return true;
  }
}
