// The page of one asset: the picture or film, and what is known of it. Lies over the view it was opened from.
"use strict";

class Viewer {
  // go: called with a record and its part when another one is to be shown; closed: when the page is left.
  constructor(go, closed) {
    Object.assign(this, { go, closed });
    const button = (name, text, label, act) => words.element("button", { type: "button", class: name, "aria-label": label, title: label, onclick: act }, text);
    this.stage = words.element("div", { class: "stage" });
    this.previous = button("step back", "‹", "Previous", () => this.step(-1));
    this.next = button("step on", "›", "Next", () => this.step(1));
    this.post = words.element("div", { class: "post", role: "group", "aria-label": "Pictures of this post" });
    this.facts = words.element("section", { class: "facts", "aria-label": "About it" });
    this.say = words.element("p", { class: "unseen", role: "status" });
    this.tools = words.element("div", { class: "tools" });
    this.play = button("tool", "◉ Live", "Play the live photo (L)", () => this.live());
    this.info = button("tool info", "i", "Show or hide what is known (I)", () => this.toggle());
    this.larger = button("tool", "+", "Larger (+)", () => this.zoom && this.zoom.by(1.5));
    this.smaller = button("tool", "−", "Smaller (-)", () => this.zoom && this.zoom.by(1 / 1.5));
    this.tools.append(this.play, this.smaller, this.larger, this.info, button("tool", "✕", "Close (Esc)", () => this.close()));
    this.dialog = words.element("dialog", { class: "viewer", "aria-label": "Picture", onkeydown: (event) => this.key(event) },
      words.element("div", { class: "show" }, this.stage, this.previous, this.next, this.tools, this.post), this.facts, this.say);
    // Esc: the address must change, too, so closing goes the way of the button.
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
    document.body.append(this.dialog);
  }

  get isOpen() { return this.dialog.open; }

  // Shows a record; index: its place in the sequence, -1 if it is not in it.
  show(record, part, sequence, index) {
    Object.assign(this, { record, part, sequence, index });
    this.stop();
    if (!this.dialog.open) {
      this.dialog.showModal();
      document.documentElement.classList.add("viewing");
    }
    this.previous.hidden = index <= 0;
    this.next.hidden = index < 0 || index >= sequence.total - 1;
    this.play.hidden = !record.r;
    const picture = this.media(record);
    this.larger.hidden = this.smaller.hidden = !this.zoom.image;
    this.stage.replaceChildren(picture);
    this.say.textContent = words.alt(record);
    document.title = Array.from(words.alt(record)).slice(0, 80).join("");
    if (document.activeElement === document.body || document.activeElement.hidden) this.next.hidden ? this.info.focus() : this.next.focus();
    this.tell(record);
    this.more(record, part);
    this.ahead(index + 1);
  }

  media(record) {
    const made = this.made(record);
    const swiped = (by) => this.step(by);
    // A live photo moves while a finger rests on it, here as in the grid.
    const held = (holds) => { if (holds !== Boolean(this.stage.querySelector(".moving"))) this.live(); };
    this.zoom = new Zoom(this.stage, made.tagName === "IMG" ? made : null, swiped, held);
    return made;
  }

  made(record) {
    const file = albumen.file(record);
    const type = record.m.split("/")[0];
    if (type === "video" || type === "audio") {
      if (!file) return this.card(record, "It is not part of this copy.");
      const made = words.element(type, { controls: true, playsinline: true, preload: "metadata" });
      if (record.b & 1) made.poster = albumen.thumbOf(record.i);
      made.setAttribute("aria-label", words.alt(record));
      made.onerror = () => this.stage.replaceChildren(this.card(record, "This browser cannot play it."));
      made.src = file;
      return made;
    }
    if (record.m === "application/octet-stream") {
      return this.card(record, "A file of no kind that is shown here. It is in the library as it came.");
    }
    const address = albumen.large(record);
    if (!address) return this.card(record, "It cannot be shown here.");
    const image = words.element("img", { alt: words.alt(record), dir: "auto", draggable: "false" });
    image.onerror = () => image.replaceWith(this.card(record, "It cannot be read."));
    image.src = address;
    // The thumbnail stands in until the picture is here.
    if (record.b & 1 && record.s) {
      image.style.backgroundImage = "url(" + albumen.thumbOf(record.i) + ")";
      image.width = record.s[0];
      image.height = record.s[1];
      image.onload = () => { image.style.backgroundImage = ""; };
    }
    return image;
  }

  card(record, why) {
    const file = albumen.file(record);
    return words.element("div", { class: "card large" },
      words.element("span", { class: "card-type" }, record.m),
      words.element("bdi", {}, record.o ? record.o.split("/").pop() : ""), words.element("span", {}, why),
      file ? words.element("a", { href: file }, "Open the file") : null);
  }

  stop() {
    if (this.zoom) this.zoom.close();
    this.zoom = null;
    for (const media of this.stage.querySelectorAll("video, audio")) { media.pause(); media.removeAttribute("src"); media.load(); }
  }

  // Plays the film of a live photo over it.
  live() {
    const old = this.stage.querySelector(".moving");
    if (old) { old.remove(); return; }
    const address = albumen.live(this.record);
    if (!address) return;
    const video = words.element("video", { class: "moving", playsinline: true, autoplay: true });
    video.onended = () => video.remove();
    video.onerror = () => { video.remove(); this.say.textContent = "This browser cannot play the live photo."; };
    video.src = address;
    this.stage.append(video);
    video.play().catch(() => {});
  }

  // What the record itself tells; details come later.
  tell(record) {
    const rows = [];
    const row = (name, ...values) => rows.push(words.element("dt", {}, name), words.element("dd", {}, ...values));
    const linked = (view, value, text) => words.element("a", { href: "#/" + view + "/" + encodeURIComponent(value), onclick: () => this.leave() }, words.element("bdi", {}, text));
    const list = (values, make) => values.flatMap((value, at) => (at ? [", ", make(value)] : [make(value)]));
    this.taken = words.element("span", { class: "sure" });
    this.placed = words.element("span", { class: "sure" });
    row("Date", record.t ? words.element("time", { datetime: record.t }, words.date(record.t)) : "not known", " ",
      record.t && record.t.length > 10 ? words.element("span", { class: "zone" }, "(" + words.zone(record.z) + ")") : null, this.taken);
    if (record.p || record.g) {
      row("Place", record.p ? linked("place", record.p, record.p) : null, record.p && record.g ? " " : null,
        record.g ? linked("near", near(record.g), words.position(record.g)) : null, this.placed);
    }
    if ((record.e || []).length) row("People", ...list(record.e, (name) => linked("person", name, name)));
    if ((record.a || []).length) row("Albums", ...list(record.a, (id) => linked("album", id, (main.albums.get(id) || {}).title || "album")));
    if ((record.y || []).length) row("Keywords", ...list(record.y, (word) => linked("search", word, word)));
    if ((record.k || []).length) row("Was", ...list(record.k, (kind) => linked("kind", kind, words.kind(kind))));
    if (record.u && record.u[1] > 1) row("Post", "picture " + (record.u[0] + 1) + " of " + record.u[1]);
    if (record.v) row("Visibility", record.v);
    this.rows = words.element("dl", {}, ...rows);
    const file = albumen.file(record);
    const path = record.o ? words.element("bdi", { dir: "ltr" }, record.o) : null;
    this.captions = [
      record.n ? words.element("h2", { dir: "auto", class: "caption-title" }, record.n) : null,
      record.d ? words.element("p", { dir: "auto", class: "caption" }, record.d) : null,
    ].filter((part) => part);
    this.file = words.element("p", { class: "file" }, file && path ? words.element("a", { href: file }, path) : path,
      !path && file ? words.element("a", { href: file }, "Open the file") : null);
    this.facts.replaceChildren(...this.captions, this.rows, this.file);
  }

  // What the details tell: the post, and where each fact came from.
  async more(record, part) {
    this.post.replaceChildren();
    this.post.hidden = true;
    let details;
    try { details = await albumen.details(part, record.i); }
    catch (error) { this.say.textContent = error.message; return; }
    if (this.record !== record || !details) return;
    const origins = details.origins || {};
    const sure = [];
    if (origins.taken_at) sure.push(words.origin(origins.taken_at));
    if (origins.offset) sure.push("zone " + words.origin(origins.offset));
    if (record.t && record.t.length < 19) sure.push("known to the " + { 7: "month", 10: "day", 16: "minute" }[record.t.length]);
    if (sure.length) this.taken.textContent = sure.join("; ");
    if (origins.location || origins.place) this.placed.textContent = words.origin(origins.place || origins.location);
    const rows = [];
    const row = (name, ...values) => rows.push(words.element("dt", {}, name), words.element("dd", {}, ...values));
    if (details.posted) row("Posted", words.date(details.posted[0]) + (details.posted[1] ? " (" + words.zone(details.posted[1]) + ")" : ""));
    if (origins.description) row("Caption", words.origin(origins.description));
    if (details.by_someone_else) row("By", "someone else; shared again");
    if (details.rating) row("Rating", details.rating + " of 5");
    const camera = (details.camera || []).filter((name) => name).join(" ");
    if (camera) row("Camera", words.element("bdi", {}, camera));
    const size = [record.s ? record.s.join(" × ") : null, record.l ? words.length(record.l) : null, words.size(details.size), record.m];
    if (details.content_credentials) row("Credentials", "The file carries Content Credentials (C2PA). They say who made or changed it; albumen does not check their signature.");
    row("File", size.filter((part) => part).join(" · "));
    for (const [role, path] of details.beside || []) {
      row({ live_video: "Live video", edited: "Edited copy", overlay: "Overlay", subtitles: "Subtitles" }[role] || role,
        words.element("a", { href: albumen.beside(path) }, words.element("bdi", { dir: "ltr" }, path.split("/").pop())));
    }
    for (const item of details.items || []) {
      const entries = item.entries.map(([archive, entry]) => words.element("li", {}, words.element("bdi", {}, archive), ": ", words.element("bdi", { dir: "ltr" }, entry)));
      row("From", words.element("bdi", {}, words.kind(item.provider + "/" + item.kind) + (item.account ? " · " + item.account : "")),
        entries.length ? words.element("ul", {}, ...entries) : null);
    }
    this.rows.append(...rows);
    this.members(record, details.members || []);
  }

  members(record, members) {
    if (members.length < 2) return;
    this.post.replaceChildren(...members.map(([month, id], at) => {
      const number = words.element("span", { class: "card" }, String(at + 1));
      this.small(month, id, number);
      return words.element("button", {
        type: "button", "aria-label": "Picture " + (at + 1) + " of " + members.length,
        "aria-current": id === record.i ? "true" : null, onclick: () => this.member(month, id),
      }, number);
    }));
    this.post.hidden = false;
  }

  // Puts the small picture of a member in place of its number, if there is one.
  async small(month, id, number) {
    const found = await findIn(albumen.months.get(month) || [], id).catch(() => null);
    if (!found || !(found.record.b & 1)) return;
    const picture = words.element("img", { alt: "", decoding: "async" });
    picture.onerror = () => picture.replaceWith(number);
    picture.src = albumen.thumbOf(id);
    number.replaceWith(picture);
  }

  async member(month, id) {
    const found = await findAnywhere(month, id);
    if (found) this.go(found.record, found.part);
  }

  async step(by) {
    const index = this.index + by;
    if (this.index < 0 || index < 0 || index >= this.sequence.total) return;
    await this.sequence.want(index, index + 1);
    const found = this.sequence.at(index);
    if (found) this.go(found.record, found.part);
  }

  // Lets the next picture be read while this one is looked at.
  async ahead(index) {
    if (this.index < 0 || index >= this.sequence.total) return;
    await this.sequence.want(index, index + 1).catch(() => {});
    const next = this.sequence.at(index);
    const address = next && next.record.m.startsWith("image/") ? albumen.large(next.record) : null;
    if (address && this.dialog.open) new Image().src = address;
  }

  toggle() { this.dialog.classList.toggle("plain-view"); }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const inMedia = event.target.closest("video, audio");
    if (this.zoom && this.zoom.key(event)) { event.preventDefault(); return; }
    const acts = { i: () => this.toggle(), l: () => this.live() };
    if (!inMedia) Object.assign(acts, { ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1) });
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // Leaves for another view: its address is followed by the browser.
  leave() { this.hide(); }

  hide() {
    if (!this.dialog.open) return;
    this.stop();
    this.stage.replaceChildren();
    this.record = null;
    this.dialog.close();
    document.documentElement.classList.remove("viewing");
  }

  close() {
    this.hide();
    this.closed();
  }
}
