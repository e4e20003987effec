// Addresses, views and the search. An address is #/view/what&p=month.id: a view, and the picture that lies over it.
"use strict";

const main = (function () {
  const by = (id) => document.getElementById(id);
  const view = by("view");
  const state = { grid: null, map: null, viewer: null, base: null, sequence: null, places: new Map(), search: 0 };
  const albums = new Map();

  function say(text) { by("about").textContent = text; }

  function parse(hash) {
    const [path, picture] = (hash.startsWith("#/") ? hash.slice(2) : "timeline").split("&p=");
    const cut = path.indexOf("/");
    const name = cut < 0 ? path : path.slice(0, cut);
    let what = cut < 0 ? "" : path.slice(cut + 1);
    try { what = decodeURIComponent(what); } catch { what = ""; }
    const [month, id] = (picture || "").split(".");
    return { base: "#/" + path, name, what, picture: id ? { month, id } : null };
  }

  const linkTo = (record, part) => state.base + "&p=" + albumen.parts[part].month + "." + record.i;

  function clear() {
    if (state.grid) state.grid.close();
    if (state.map) state.map.close();
    state.grid = state.map = state.sequence = null;
    state.search += 1;
    view.replaceChildren();
    view.className = "";
    say("");
  }

  function head(title, about) {
    by("title").replaceChildren(words.element("bdi", {}, title));
    say(about || "");
  }

  function show(sequence) {
    state.sequence = sequence;
    if (!sequence.total && !state.searching) {
      say("There is nothing here.");
      return;
    }
    state.grid = new Grid(view, sequence, async (index) => {
      await sequence.want(index, index + 1);
      const found = sequence.at(index);
      if (found) open(found.record, found.part);
    }, linkTo);
  }

  const count = (number, one, many) => words.number(number) + " " + (number === 1 ? one : many);
  const things = (number) => count(number, "photo or video", "photos and videos");

  // A view of the assets that have a value of a facet.
  function facet(values, value, title, accept) {
    const found = values.find((row) => row[0] === value);
    head(title, found ? things(found[1]) : "");
    show(new PartSequence(found ? pairs(found[3]) : [], accept));
  }

  function cards(rows) {
    view.className = "cards";
    view.replaceChildren(...rows.map(({ href, title, about, sample }) => {
      const cover = words.element("span", { class: "cover" });
      // Films without a poster, say: the same card as in the lists, not read out twice.
      const plain = words.element("span", { class: "card", "aria-hidden": "true" }, words.element("bdi", {}, title));
      if (sample) {
        const image = words.element("img", { alt: "", loading: "lazy", decoding: "async" });
        image.onerror = () => image.replaceWith(plain);
        image.src = albumen.thumbOf(sample);
        cover.append(image);
      } else cover.append(plain);
      return words.element("a", { class: "tile", href }, cover,
        words.element("bdi", { class: "tile-title" }, title), words.element("span", { class: "tile-about" }, about));
    }));
    if (!rows.length) say("There is nothing here.");
  }

  const facetCards = (rows, view, title) => rows.map(([value, number, sample]) =>
    ({ href: "#/" + view + "/" + encodeURIComponent(value), title: title(value), about: words.number(number), sample }));

  const views = {
    async timeline(month) {
      head("Photos and videos", things(albumen.index.total));
      show(new PartSequence());
      if (month && state.grid) state.grid.revealMonth(month);
    },
    async albums() {
      head("Albums", count(albums.size, "album", "albums"));
      cards([...albums.values()].map((album) => ({
        href: "#/album/" + album.id, title: album.title, about: words.number(album.count) + " · " + words.service(album.provider), sample: album.cover,
      })));
    },
    async album(id) {
      const album = albums.get(id);
      if (!album) return head("Album", "There is no such album.");
      head(album.title, things(album.count));
      const members = await albumen.read("a/" + id, "data/albums/" + id + ".js?" + album.digest);
      if (album.about) {
        const text = words.element("p", { dir: "auto", class: "album-about" }, album.about);
        by("about").append(text);
      }
      show(new ListSequence(members));
    },
    async people() {
      const { people } = await albumen.list("facets");
      head("People", count(people.length, "person", "people"));
      cards(facetCards(people, "person", (name) => name));
    },
    async person(name) {
      const { people } = await albumen.list("facets");
      facet(people, name, name, (record) => (record.e || []).includes(name));
    },
    async kinds() {
      const { kinds, forms, marks } = await albumen.list("facets");
      head("Kinds", "");
      cards([
        ...facetCards(marks, "mark", (mark) => words.MARKS[mark] || mark),
        ...facetCards(forms, "form", (form) => words.FORMS[form] || form),
        ...facetCards(kinds, "kind", words.kind),
      ]);
    },
    async kind(value) {
      const { kinds } = await albumen.list("facets");
      facet(kinds, value, words.kind(value), (record) => (record.k || []).includes(value));
    },
    async form(value) {
      const { forms } = await albumen.list("facets");
      const accept = {
        photo: (record) => record.m.startsWith("image/"), video: (record) => record.m.startsWith("video/"),
        sound: (record) => record.m.startsWith("audio/"), live: (record) => Boolean(record.r), post: (record) => Boolean(record.u && record.u[1] > 1),
      }[value];
      facet(accept ? forms : [], value, words.FORMS[value] || value, accept);
    },
    async mark(value) {
      const { marks } = await albumen.list("facets");
      facet(marks, value, words.MARKS[value] || value, (record) => (value === "favourite" ? record.f : record.v === value));
    },
    async places() {
      const { squares, places } = await albumen.list("map");
      const located = squares.reduce((sum, row) => sum + row[1], 0);
      head("Places", located ? things(located) + " with a position" : "");
      const list = words.element("div", { class: "cards" });
      view.replaceChildren();
      if (squares.length) {
        const root = words.element("div", { class: "map", role: "group", "aria-label": "Map", tabindex: "0" });
        view.append(root);
        state.map = new WorldMap(root, squares, (edges) => { location.hash = "#/near/" + edges.join(","); });
      }
      view.append(list);
      list.append(...facetCards(places, "place", (name) => name).map((row) => words.element("a", { class: "pill", href: row.href },
        words.element("bdi", {}, row.title), " ", words.element("span", { class: "tile-about" }, row.about))));
    },
    async place(name) {
      const { places } = await albumen.list("map");
      facet(places, name, name, (record) => record.p === name);
    },
    async near(edges) {
      const [south, west, north, east] = edges.split(",").map(Number);
      const { squares } = await albumen.list("map");
      const inside = (latitude, longitude) => latitude >= south && latitude <= north && longitude >= west && longitude <= east;
      const counts = new Map();
      let total = 0;
      for (const [value, number, , flat] of squares) {
        if (!inside(...value.split(",").map(Number))) continue;
        total += number;
        for (const [part, of] of pairs(flat)) counts.set(part, (counts.get(part) || 0) + of);
      }
      head("Near " + words.position([(south + north + 1) / 200, (west + east + 1) / 200]), things(total));
      show(new PartSequence([...counts].sort((a, b) => a[0] - b[0]),
        (record) => Boolean(record.g) && inside(Math.floor(record.g[0] * 100), Math.floor(record.g[1] * 100))));
    },
    async search(query) {
      head("Search", "");
      const wanted = query.trim();
      if (by("find").value.trim() !== wanted) by("find").value = query;
      if (!wanted) return;
      await search(wanted);
    },
  };

  // Looks through one part after the other; each is dropped again.
  async function search(query) {
    const mine = state.search;
    const accept = words.matcher(query);
    const sequence = new PartSequence([], accept);
    state.searching = true;
    show(sequence);
    for (const part of albumen.parts) {
      const records = await albumen.glance(part.number);
      if (mine !== state.search) return;
      const found = records.filter(accept).length;
      sequence.add(part.number, found);
      if (found && state.grid) state.grid.grown();
      const share = Math.round(((part.number + 1) / albumen.parts.length) * 100);
      say(things(sequence.total) + (share < 100 ? " so far; looked at " + share + " %" : ""));
    }
    state.searching = false;
    say(sequence.total ? things(sequence.total) : "Nothing found.");
  }

  // Opens the picture over the view; going from one to the next does not fill the history.
  function open(record, part) {
    const address = linkTo(record, part);
    if (state.viewer.isOpen) {
      history.replaceState(history.state, "", address);
      follow();
    } else {
      history.pushState({ over: true }, "", address);
      follow();
    }
  }

  function closed() {
    document.title = state.title;
    const index = state.viewer.index;
    if (history.state && history.state.over) history.back();
    else history.replaceState(null, "", state.base);
    if (state.grid && index >= 0) state.grid.focus(index);
  }

  async function picture({ month, id }) {
    const sequence = state.sequence;
    let found = null;
    let index = -1;
    if (sequence) {
      index = await sequence.find(month, id);
      found = index >= 0 ? sequence.at(index) : null;
    }
    found = found || (await findAnywhere(month, id));
    if (parse(location.hash).picture?.id !== id) return;
    if (!found) {
      say("The picture of this link is not here.");
      return;
    }
    state.viewer.show(found.record, found.part, sequence || new PartSequence([]), index);
    if (state.grid && index >= 0) state.grid.point(index);
  }

  async function follow() {
    const to = parse(location.hash);
    if (to.base !== state.base) {
      if (state.base) state.places.set(state.base, scrollY);
      state.viewer.hide();
      clear();
      state.base = to.base;
      mark(to.name);
      const name = Object.hasOwn(views, to.name) ? to.name : "timeline";
      try {
        await views[name](to.what);
      } catch (error) {
        say(error.message);
      }
      if (state.base !== to.base) return;
      document.title = state.title = by("title").textContent || "Photos and videos";
      scrollTo(0, to.what && name === "timeline" ? scrollY : state.places.get(to.base) || 0);
    }
    if (to.picture) await picture(to.picture).catch((error) => say(error.message));
    else if (state.viewer.isOpen) {
      const index = state.viewer.index;
      state.viewer.hide();
      document.title = state.title;
      if (state.grid && index >= 0) state.grid.focus(index);
    }
  }

  const OF = { album: "albums", person: "people", place: "places", near: "places", kind: "kinds", form: "kinds", mark: "kinds" };

  function mark(name) {
    const now = location.hash.startsWith("#/mark/favourite") ? "mark/favourite" : OF[name] || name;
    for (const link of by("views").children) {
      if (link.getAttribute("href") === "#/" + now) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (name !== "search") by("find").value = "";
  }

  function bar() {
    const { index } = albumen;
    const links = [
      ["timeline", "Timeline", true], ["albums", "Albums", index.albums], ["people", "People", index.people],
      ["places", "Places", index.places], ["mark/favourite", "Favourites", index.favourites], ["kinds", "Kinds", true],
    ];
    by("views").append(...links.filter(([, , any]) => any).map(([view, text]) => words.element("a", { href: "#/" + view }, text)));
    let waiting = 0;
    by("find").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const query = by("find").value.trim();
        const address = query ? "#/search/" + encodeURIComponent(query) : "#/timeline";
        if (parse(location.hash).name === "search") location.replace(address);
        else if (query) location.hash = address;
      }, 250);
    });
    by("skip").addEventListener("click", () => {
      if (state.grid) state.grid.focus(state.grid.firstVisible());
      else by("main").focus();
    });
    by("bar").hidden = false;
    by("foot").hidden = false;
  }

  async function start() {
    try {
      await albumen.start();
      const { albums: lines } = await albumen.list("facets");
      for (const [id, title, about, provider, number, cover, digest] of lines) albums.set(id, { id, title, about, provider, count: number, cover, digest });
      state.viewer = new Viewer(open, closed);
      bar();
      // A browser may tell of one change twice.
      let told = false;
      const later = () => {
        if (told) return;
        told = true;
        setTimeout(() => { told = false; follow(); });
      };
      addEventListener("hashchange", later);
      addEventListener("popstate", later);
      history.scrollRestoration = "manual";
      addEventListener("keydown", (event) => {
        if (event.key === "/" && !event.target.closest("input") && !state.viewer.isOpen) {
          event.preventDefault();
          by("find").focus();
        }
      });
      await follow();
    } catch (error) {
      say(error.message);
    }
  }

  // The grid and the map are classes of their own scripts, all of which have run by now.
  queueMicrotask(start);
  return { say, albums };
})();
