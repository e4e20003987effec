// Words, dates and texts: in the reader's own way of writing dates, and folded so that a search finds what a person means.
"use strict";

const words = (function () {
  const MARKS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;
  const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]/g;
  const ALIKE = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ς": "σ" };

  // Case, diacritics and width do not count; what tells two letters apart in Japanese, Korean or Hindi does.
  function fold(text) {
    // Most texts need none of it, and a search folds all there are.
    if (!/[^\0-\x7f]/.test(text)) return text.toLowerCase();
    return text.normalize("NFKD").replace(MARKS, "").replace(UNSEEN, "").normalize("NFC").toLowerCase()
      .replace(/[ßæœøłđðþıς]/g, (letter) => ALIKE[letter]);
  }

  // Returns a function that says whether a record holds every word.
  function matcher(query) {
    const wanted = fold(query).split(/\s+/u).filter((word) => word !== "");
    return (record) => {
      const text = fold([record.d, record.n, record.p, record.o, ...(record.e || []), ...(record.y || [])]
        .filter((part) => part).join("\n"));
      return wanted.every((word) => text.includes(word));
    };
  }

  const format = (options) => {
    try { return new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC" }); }
    catch { return new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" }); }
  };
  const MONTH = format({ year: "numeric", month: "long" });
  const SHORT_MONTH = format({ year: "numeric", month: "short" });
  const DAY = format({ dateStyle: "full" });
  const MINUTE = format({ dateStyle: "full", timeStyle: "short" });
  const SECOND = format({ dateStyle: "full", timeStyle: "medium" });
  const SHORT_DAY = format({ dateStyle: "medium" });
  const NUMBER = new Intl.NumberFormat();

  // The clock's face as if it ran on UTC, so that no zone of the reader moves it.
  function face(clock) {
    const [date, time] = clock.split("T");
    const [year, month, day] = date.split("-").map(Number);
    const [hour, minute, second] = (time || "0:0:0").split(":").map(Number);
    const instant = new Date(0);
    instant.setUTCFullYear(year, month - 1, day || 1);
    instant.setUTCHours(hour, minute, second || 0);
    return instant;
  }

  function month(key, short) {
    if (key.endsWith("-00")) return key.slice(0, 4);
    return key === "undated" ? "Without a date" : (short ? SHORT_MONTH : MONTH).format(face(key));
  }

  function date(clock) {
    if (clock.length === 4) return clock;
    const form = { 7: MONTH, 10: DAY, 16: MINUTE }[clock.length] || SECOND;
    return form.format(face(clock));
  }

  function shortDate(clock) {
    if (clock.length === 4) return clock;
    return clock.length === 7 ? MONTH.format(face(clock)) : SHORT_DAY.format(face(clock));
  }

  function zone(offset) {
    if (offset === "Z") return "UTC; what the clock on the wall said is not known";
    return offset ? "UTC" + offset.replace("-", "\u2212") : "zone not known";
  }

  const SERVICES = { instagram: "Instagram", "google-photos": "Google Photos", facebook: "Facebook" };
  const service = (name) => SERVICES[name] || name;

  const KINDS = {
    post: "posts", story: "stories", reel: "reels", igtv: "IGTV", profile: "profile pictures", archived: "archived posts",
    deleted: "deleted", draft: "drafts", message: "messages", other: "other",
  };
  const FORMS = { photo: "Photos", video: "Videos", live: "Live photos", post: "Posts of several", sound: "Sounds" };
  const MARKS_IN_WORDS = { favourite: "Favourites", hidden: "Hidden", trashed: "Trashed" };

  function kind(value) {
    const [provider, name] = value.split("/");
    return service(provider) + ": " + (KINDS[name] || name);
  }

  // Says where a fact came from.
  function origin(text) {
    const [what, who] = text.split(":");
    const from = service(who || "");
    return {
      user: "from you, in the sidecar", corrected: "corrected by you on " + from, embedded: "from the file itself",
      record: "from the records of " + from, sibling: "from another file of the same post", file_name: "from the file\u2019s name",
      posted: "the time it was posted on " + from, folder: "from the month or year folder of " + from, position: "from its position",
      compared: "from its clock compared with an instant", neighbour: "from pictures of the same device near in time",
      home: "from your home time zone",
    }[what] || text;
  }

  function size(bytes) {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let unit = 0;
    while (bytes >= 1000 && unit < units.length - 1) { bytes /= 1000; unit += 1; }
    return NUMBER.format(Number(bytes.toPrecision(3))) + " " + units[unit];
  }

  function length(seconds) {
    const whole = Math.round(seconds);
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    const rest = Math.floor((whole % 3600) / 60) + ":" + two(whole % 60);
    return hours ? hours + ":" + rest.padStart(5, "0") : rest;
  }

  function position([latitude, longitude]) {
    const part = (degrees, plus, minus) => Math.abs(degrees).toFixed(5) + "° " + (degrees < 0 ? minus : plus);
    return part(latitude, "N", "S") + ", " + part(longitude, "E", "W");
  }

  const what = (record) => ({ image: "photo", video: "video", audio: "sound" }[record.m.split("/")[0]] || "file");

  // A text that stands for the picture.
  function alt(record) {
    const text = [record.n, record.d].filter((part) => part).join(": ");
    const when = record.t ? shortDate(record.t) : "date not known";
    const who = (record.e || []).length ? ", with " + record.e.slice(0, 5).join(", ") : "";
    return text ? Array.from(text).slice(0, 250).join("") : what(record) + ", " + when + who;
  }

  // Makes an element. Texts become text, never markup.
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  return {
    fold, matcher, month, date, shortDate, zone, service, kind, origin, size, length, position, what, alt, element,
    number: (value) => NUMBER.format(value), FORMS, MARKS: MARKS_IN_WORDS,
  };
})();
