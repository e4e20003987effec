// Sequences of assets: what a view shows, in its order. A sequence knows its length before it has read a record, and
// holds no records itself.
"use strict";

// Assets of whole parts, or those of them that are accepted.
class PartSequence {
  // counts: [part, count] in order of parts; without it all parts. accept: which records count.
  constructor(counts, accept) {
    this.accept = accept || null;
    this.changed = () => {};
    this.filtered = new WeakMap();
    this.parts = [];
    this.sections = [];
    this.total = 0;
    for (const [number, count] of counts || albumen.parts.map((part) => [part.number, part.count])) this.add(number, count);
  }

  // Adds a part at the end.
  add(number, count) {
    if (count === 0) return;
    const month = albumen.parts[number].month;
    const last = this.sections[this.sections.length - 1];
    if (last && last.month === month) last.count += count;
    else this.sections.push({ month, start: this.total, count });
    this.parts.push({ number, start: this.total, count });
    this.total += count;
  }

  place(index) {
    let low = 0;
    let high = this.parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.parts[middle].start <= index) low = middle;
      else high = middle - 1;
    }
    return this.parts[low];
  }

  of(records) {
    if (!this.accept) return records;
    if (!this.filtered.has(records)) this.filtered.set(records, records.filter(this.accept));
    return this.filtered.get(records);
  }

  // Returns the record and its part, if it is here.
  at(index) {
    const part = this.place(index);
    const records = part && albumen.kept(part.number);
    const record = records && this.of(records)[index - part.start];
    return record ? { record, part: part.number } : null;
  }

  // Reads what is missing between two indices.
  async want(from, to) {
    const missing = [];
    for (const part of this.parts) {
      if (part.start < to && part.start + part.count > from && !albumen.kept(part.number)) missing.push(part);
    }
    for (const part of missing) {
      await albumen.part(part.number);
      this.changed(part.start, part.start + part.count);
    }
  }

  async find(month, id) {
    for (const part of this.parts) {
      if (albumen.parts[part.number].month !== month) continue;
      const offset = this.of(await albumen.part(part.number)).findIndex((record) => record.i === id);
      if (offset >= 0) return part.start + offset;
    }
    return -1;
  }
}

// Assets in an order of their own: an album.
class ListSequence {
  // members: [month, id]
  constructor(members) {
    this.members = members;
    this.total = members.length;
    this.sections = members.length ? [{ month: null, start: 0, count: members.length }] : [];
    this.known = new Map();
    this.changed = () => {};
  }

  at(index) {
    return this.known.get(index) || null;
  }

  async want(from, to) {
    for (let index = Math.max(0, from); index < Math.min(to, this.total); index += 1) {
      if (this.known.has(index)) continue;
      await this.locate(index);
      this.changed(index, index + 1);
    }
  }

  // Members may stand in as many parts as there are: a few records are kept here, so that parts can be dropped.
  async locate(index) {
    const [month, id] = this.members[index];
    for (const part of albumen.months.get(month) || []) {
      const record = (await albumen.part(part.number)).find((record) => record.i === id);
      if (!record) continue;
      this.known.set(index, { record, part: part.number });
      for (const old of this.known.keys()) {
        if (this.known.size <= 1000) break;
        this.known.delete(old);
      }
      return;
    }
  }

  async find(month, id) {
    const index = this.members.findIndex((member) => member[1] === id);
    if (index >= 0 && !this.known.has(index)) await this.locate(index);
    return index;
  }
}

// Turns the counts of a facet (part, count, part, count, …) into pairs.
function pairs(flat) {
  const all = [];
  for (let at = 0; at < flat.length; at += 2) all.push([flat[at], flat[at + 1]]);
  return all;
}

// Finds an asset in some parts.
async function findIn(parts, id) {
  for (const part of parts) {
    const record = (await albumen.glance(part.number)).find((record) => record.i === id);
    if (record) return { record, part: part.number };
  }
  return null;
}

// Finds an asset wherever it stands now: its date may have changed since a link was made.
async function findAnywhere(month, id) {
  return (await findIn(albumen.months.get(month) || [], id)) || findIn(albumen.parts.filter((part) => part.month !== month), id);
}
