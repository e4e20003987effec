// Reads files of data. A page opened from a disk may read nothing but scripts and pictures, so each file of data is a script
// that hands one value over: albumen(name, value). Months are kept while they are near the screen, and dropped again.
//
// A record: i id · m media type · t clock · z its offset, Z: only the instant is known · o path in the library · x path here ·
// b bits: 1 thumbnail, 2 picture for the screen · s width, height · l seconds · d description · n title · p place ·
// g latitude, longitude · e people · y keywords · a albums · k kinds · f favourite · v hidden or trashed ·
// u place in its post, size of the post · r video of a live photo
"use strict";

var albumen = (function () {
  const MOST_PARTS = 12;
  const handed = new Map();
  const asked = new Map();
  const parts = new Map();

  function receive(name, value) {
    if (asked.has(name)) handed.set(name, value);
  }

  // Resolves to what the script at `url` hands over under `name`.
  receive.read = function (name, url) {
    const known = asked.get(name);
    if (known) return known;
    const promise = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const end = (ok) => {
        script.remove();
        asked.delete(name);
        const value = handed.get(name);
        handed.delete(name);
        if (ok && value !== undefined) resolve(value);
        else reject(new Error("The file " + url.replace(/\?.*/, "") + " cannot be read. `albumen gallery` writes it again."));
      };
      script.onload = () => end(true);
      script.onerror = () => end(false);
      script.src = url;
      document.head.append(script);
    });
    asked.set(name, promise);
    return promise;
  };

  receive.start = async function () {
    receive.index = await receive.read("index", "data/index.js");
    receive.parts = receive.index.parts.map(([name, count, digest], number) => {
      const undated = name.startsWith("undated");
      return { name, count, digest, number, month: undated ? "undated" : name.slice(0, 7) };
    });
    receive.months = new Map();
    for (const part of receive.parts) {
      if (!receive.months.has(part.month)) receive.months.set(part.month, []);
      receive.months.get(part.month).push(part);
    }
  };

  // A list that is read once and stays.
  const lists = new Map();
  receive.list = function (name) {
    if (!lists.has(name)) {
      const url = "data/" + name + ".js?" + receive.index[name];
      lists.set(name, receive.read(name, url));
    }
    return lists.get(name);
  };

  // Returns the records of a part if they are here.
  receive.kept = function (number) {
    const records = parts.get(number);
    if (records) {
      // The ones used last go last.
      parts.delete(number);
      parts.set(number, records);
    }
    return records;
  };

  // Reads the records of a part, keeping nothing.
  receive.glance = async function (number) {
    const part = receive.parts[number];
    return parts.get(number) || receive.read("m/" + part.name, "data/months/" + part.name + ".js?" + part.digest);
  };

  // Reads the records of a part and keeps them for a while.
  receive.part = async function (number) {
    const records = await receive.glance(number);
    parts.delete(number);
    parts.set(number, records);
    for (const old of parts.keys()) {
      if (parts.size <= MOST_PARTS) break;
      parts.delete(old);
    }
    return records;
  };

  // Returns the details of a record.
  receive.details = async function (number, id) {
    const part = receive.parts[number];
    const all = await receive.read("d/" + part.name, "data/details/" + part.name + ".js?" + part.digest);
    return all.find((details) => details.i === id);
  };

  const encoded = (path) => path.split("/").map(encodeURIComponent).join("/");
  const picture = (folder, id) => folder + "/" + id.slice(0, 2) + "/" + id.slice(2) + ".jpg";
  const SHOWN = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp"]);

  receive.thumbOf = (id) => picture("thumbs", id);

  // Address of a thumbnail; of the picture itself where none could be drawn and the browser can.
  receive.thumb = function (record) {
    if (record.b & 1) return picture("thumbs", record.i);
    return SHOWN.has(record.m) ? receive.file(record) : null;
  };

  // Address of the file itself, if it is here.
  receive.file = function (record) {
    // A file of no known kind may be a page with a program in it: nothing here leads to it.
    if (record.m === "application/octet-stream") return null;
    if (record.x) return encoded(record.x);
    return receive.index.library && record.o ? "../" + encoded(record.o) : null;
  };

  // Address of the picture for the screen.
  receive.large = function (record) {
    if (record.b & 2) return picture("large", record.i);
    const file = receive.file(record);
    if (file && SHOWN.has(record.m)) return file;
    return record.b & 1 ? picture("thumbs", record.i) : null;
  };

  receive.live = (record) => (record.r ? encoded(record.r) : null);
  receive.beside = (path) => "../" + encoded(path);
  return receive;
})();
