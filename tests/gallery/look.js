// Looks at a gallery as a person does: node look.js BROWSER CHECKS INDEX.html FOLDER-FOR-SCREENSHOTS
//
// BROWSER is chromium or firefox.
// CHECKS is `all`, or names of checks parted by commas. Every request is noted; one that leaves the library's folder, an error in
// the console, a dialog that a caption opened, or a break of the content policy fails whatever check runs.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const puppeteer = require("puppeteer-core");

const [program, wanted, index, pictures] = process.argv.slice(2);
const FIREFOX = path.basename(program).startsWith("firefox");
const INDEX = pathToFileURL(path.resolve(index)).href;
const LIBRARY = pathToFileURL(path.resolve(path.dirname(index), "..")).href;
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const faults = [];
const requests = [];

function check(holds, what) {
  if (!holds) faults.push(what);
}

async function open(browser, address, viewport, script = true) {
  const page = await browser.newPage();
  await page.setViewport(viewport || WIDE);
  if (!script) await page.setJavaScriptEnabled(false);
  page.on("request", (request) => {
    // Chromium draws the buttons of its players with these; the page's own policy lets no data: address in.
    if (request.url().startsWith("data:image/svg+xml;base64,")) return;
    requests.push(request.url());
    check(request.url().startsWith(LIBRARY + "/"), "a request leaves the library: " + request.url());
  });
  // A film that is left before it is read through is no fault.
  page.on("requestfailed", (request) => check(request.failure()?.errorText === "net::ERR_ABORTED" || FIREFOX, "not to be had: " + request.url()));
  page.on("dialog", (dialog) => { faults.push("a dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("pageerror", (error) => faults.push("an error: " + error.message));
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) faults.push("console: " + message.text()); });
  await page.goto(address, { waitUntil: "load" });
  return page;
}

const settled = (page) => page.waitForNetworkIdle({ idleTime: 250, timeout: 10000 });
const wait = (page, what, ...args) => page.waitForFunction(what, { timeout: 10000 }, ...args).catch((error) => {
  throw new Error(error.message + ": " + what + " " + JSON.stringify(args));
});
const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const shot = (page, name) => page.screenshot({ path: path.join(pictures, name + ".png") });
const cells = (page) => page.$$eval(".cell[data-id]", (all) => all.length);
const viewer = (page) => wait(page, () => document.querySelector(".viewer[open] .stage")?.children.length > 0);
const go = async (page, hash) => { await page.evaluate((to) => { location.hash = to; }, hash); await settled(page); };
const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  return (at.className || at.tagName) + " " + (at.dataset.index || at.getAttribute("aria-label") || at.textContent || "").trim().slice(0, 40);
});

const checks = {
  // Timeline, from the newest to the oldest month.
  async oldest(browser) {
    const page = await open(browser, INDEX);
    await wait(page, () => document.querySelectorAll(".cell img").length > 10);
    await settled(page);
    await shot(page, "timeline-1280");
    const most = [];
    for (let step = 0; step < 200; step += 1) {
      const end = await page.evaluate(() => {
        scrollBy(0, innerHeight * 0.8);
        return scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
      });
      most.push(await page.$$eval(".cell", (all) => all.length));
      if (end) break;
    }
    await wait(page, () => [...document.querySelectorAll(".month")].some((head) => head.textContent.includes("January 2021")));
    await settled(page);
    check(await page.$$eval(".month", (all) => all.at(-1).textContent.startsWith("Without a date")), "what has no date does not stand last");
    check(Math.max(...most) < 160, "the list is not virtual: " + Math.max(...most) + " cells");
    await page.close();
  },

  async searchJapanese(browser) {
    const page = await open(browser, INDEX);
    await page.waitForSelector(".cell");
    // Half-width katakana in the caption, full-width in the question; then a piece of a word without spaces.
    for (const [query, number] of [["カタカナ", 1], ["京の夜", 1], ["STRASSE ca va", 1], ["zoe muller", 36], ["nobody knows", 1], ["no such thing", 0]]) {
      await page.evaluate(() => { document.getElementById("find").value = document.getElementById("about").textContent = ""; });
      await page.type("#find", query);
      await wait(page, (n) => {
        const about = document.getElementById("about").textContent;
        return location.hash.startsWith("#/search/") && (n ? about.startsWith(n + " ") && !about.includes("so far") : about === "Nothing found.");
      }, number);
      await settled(page);
      const found = await cells(page);
      check(number ? found > 0 && found <= number : found === 0, query + ": " + found + " cells");
      if (query === "京の夜") await shot(page, "search-1280");
    }
    await page.close();
  },

  async carousel(browser) {
    const page = await open(browser, INDEX + "#/form/post");
    await page.waitForSelector(".cell[data-id]");
    await page.click(".cell[data-index='0']");
    await viewer(page);
    await wait(page, () => document.querySelectorAll(".post button").length === 3);
    await settled(page);
    await shot(page, "carousel-1280");
    const at = () => page.$$eval(".post button", (all) => all.findIndex((button) => button.hasAttribute("aria-current")));
    const seen = [await at()];
    for (let step = 0; step < 2; step += 1) {
      const before = await at();
      await page.click(".step.on");
      await wait(page, (old) => {
        const all = [...document.querySelectorAll(".post button")];
        const now = all.findIndex((button) => button.hasAttribute("aria-current"));
        return now >= 0 && now !== old;
      }, before);
      seen.push(await at());
    }
    check(seen.join() === "0,1,2", "the post is stepped through as " + seen);
    check(await page.$(".step.on[hidden]"), "there is a next one after the last");
    await page.click(".post button:nth-child(2)");
    // A HEIC is shown by its picture for the screen.
    await wait(page, () => { const image = document.querySelector(".stage img"); return image && image.src.includes("/large/") && image.complete && image.naturalWidth > 100; });
    await page.keyboard.press("Escape");
    await wait(page, () => !document.querySelector(".viewer[open]") && !location.hash.includes("&p="));
    await page.close();
  },

  async video(browser) {
    const page = await open(browser, INDEX + "#/kind/instagram%2Freel");
    await page.waitForSelector(".cell[data-id]");
    await settled(page);
    await page.click(".cell");
    await viewer(page);
    await page.$eval(".stage video", (video) => video.play());
    await wait(page, () => document.querySelector(".stage video").currentTime > 0.05);
    await shot(page, "video-1280");
    await page.close();
  },

  async live(browser) {
    const page = await open(browser, INDEX + "#/form/live");
    await page.waitForSelector(".cell[data-id]");
    await page.hover(".cell");
    await wait(page, () => { const video = document.querySelector(".cell .moving"); return video && video.currentTime > 0; });
    await page.mouse.move(5, 5);
    await wait(page, () => !document.querySelector(".cell .moving"));
    await page.click(".cell");
    await viewer(page);
    await page.keyboard.press("l");
    await page.waitForSelector(".stage .moving");
    await settled(page);
    await page.close();
  },

  // A link to a picture opens it over its view; one whose month is no longer right finds it all the same.
  async deepLink(browser) {
    const first = await open(browser, INDEX + "#/search/boat");
    await first.waitForSelector(".cell[data-id]");
    const href = await first.$eval(".cell", (cell) => cell.getAttribute("href"));
    await first.close();
    for (const link of [href.replace("search/boat", "timeline"), href.replace("search/boat", "timeline").replace("2024-02", "2021-01")]) {
      const page = await open(browser, INDEX + link);
      await viewer(page);
      check((await text(page, ".caption")).includes("paper boat"), link + " leads elsewhere");
      check((await text(page, ".facts")).includes("known to the minute"), "how sure the date is is not said");
      await page.keyboard.press("Escape");
      await wait(page, () => !document.querySelector(".viewer[open]") && !location.hash.includes("&p="));
      await page.close();
    }
    const month = await open(browser, INDEX + "#/timeline/2021-03");
    await wait(month, () => [...document.querySelectorAll(".month")].some((head) => {
      const top = head.getBoundingClientRect().top;
      return head.textContent.startsWith("March 2021") && top > 0 && top < 200;
    }));
    await settled(month);
    await month.close();
  },

  async views(browser) {
    const page = await open(browser, INDEX);
    await page.waitForSelector(".cell");
    check((await text(page, "#about")).startsWith("159 "), "there are " + (await text(page, "#about")));
    await go(page, "#/albums");
    await shot(page, "albums-1280");
    check((await page.$$(".tile")).length === 2, "there are not two albums");
    await page.click(".tile:nth-child(2)");
    await wait(page, () => document.querySelectorAll(".cell[data-id]").length === 4);
    const paths = [];
    for (let number = 0; number < 4; number += 1) {
      await page.evaluate((at) => document.querySelector(".cell[data-index='" + at + "']").click(), number);
      await viewer(page);
      paths.push(await text(page, ".file"));
      await page.keyboard.press("Escape");
      await wait(page, () => !document.querySelector(".viewer[open]") && !location.hash.includes("&p="));
    }
    check(paths.map((name) => name.slice(0, 7)).join() === "2024/03,2021/02,2023/11,2022/07", "the album's order is not kept: " + paths);
    await go(page, "#/people");
    check((await page.$$(".tile")).length === 8, "there are not eight people");
    await shot(page, "people-1280");
    await go(page, "#/person/" + encodeURIComponent("Zoë Müller"));
    check((await text(page, "#about")).startsWith("36 "), "Zoë is in " + (await text(page, "#about")));
    await go(page, "#/kinds");
    await shot(page, "kinds-1280");
    await go(page, "#/mark/favourite");
    check((await text(page, "#about")).startsWith("4 "), "favourites: " + (await text(page, "#about")));
    await go(page, "#/places");
    await page.waitForSelector(".mark");
    await shot(page, "places-1280");
    // Closer and closer, until pictures are shown.
    for (let step = 0; step < 12 && !(await page.evaluate(() => location.hash.startsWith("#/near/"))); step += 1) {
      const mark = await page.$(".mark");
      await mark.evaluate((button) => button.click());
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      if (step === 1) await shot(page, "places-near-1280");
    }
    await page.waitForSelector(".cell[data-id]");
    await settled(page);
    await go(page, "#/place/" + encodeURIComponent("東京タワー"));
    check((await text(page, "#about")).startsWith("72 "), "at the tower: " + (await text(page, "#about")));
    await page.close();
  },

  // Nothing but the keyboard: skip to the pictures, walk, open, zoom, step, close, reach everything.
  async keyboard(browser) {
    const page = await open(browser, INDEX);
    await page.waitForSelector(".cell[data-id]");
    const press = (key) => page.keyboard.press(key);
    await press("Tab");
    check((await focused(page)).startsWith("skip"), "the first stop is " + (await focused(page)));
    await press("Enter");
    check((await focused(page)).startsWith("cell"), "skipping leads to " + (await focused(page)));
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"]) await press(key);
    const columns = await page.evaluate(() => new Set([...document.querySelectorAll(".cell")].map((cell) => cell.style.left)).size);
    check((await focused(page)).startsWith("cell " + (columns + 1)), "arrows lead to " + (await focused(page)));
    await press("End");
    await wait(page, () => document.activeElement.classList.contains("cell") && document.activeElement.dataset.id);
    check((await focused(page)).startsWith("cell 158"), "End leads to " + (await focused(page)));
    await press("Home");
    await press("Enter");
    await viewer(page);
    await settled(page);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    check(outline !== "none", "the focus cannot be seen in the viewer");
    await press("+");
    check(await page.$(".stage.zoomed"), "+ does not make it larger");
    await press("0");
    const before = await page.evaluate(() => location.hash);
    await press("ArrowRight");
    await wait(page, (old) => location.hash !== old, before);
    await viewer(page);
    const stops = new Set();
    for (let step = 0; step < 30; step += 1) { await press("Tab"); stops.add(await focused(page)); }
    check(stops.size >= 5 && [...stops].some((stop) => stop.includes("Close")), "stops in the viewer: " + [...stops].join("; "));
    await press("Escape");
    await wait(page, () => !document.querySelector(".viewer[open]") && !location.hash.includes("&p="));
    check((await focused(page)).startsWith("cell 1"), "after closing the focus is at " + (await focused(page)));
    // No trap: Tab leads out of the grid, the slider moves by month, and on out of the page.
    const beyond = new Set();
    for (let step = 0; step < 6; step += 1) { await press("Tab"); beyond.add(await focused(page)); }
    check([...beyond].some((stop) => stop.startsWith("scrub")), "the scrubber is not reached: " + [...beyond].join("; "));
    await page.focus(".scrub");
    await press("Home");
    await wait(page, () => document.querySelector(".scrub").getAttribute("aria-valuetext") === "March 2024");
    await press("PageDown");
    await wait(page, () => document.querySelector(".scrub").getAttribute("aria-valuetext").includes("2023"));
    await press("/");
    check((await page.evaluate(() => document.activeElement.id)) === "find", "/ does not lead to the search");
    await page.close();
  },

  async accessible(browser) {
    const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    for (const scheme of ["light", "dark"]) {
      for (const hash of ["", "#/albums", "#/people", "#/places", "#/kinds", "#/search/snow", "picture"]) {
        const page = await open(browser, INDEX + (hash === "picture" ? "#/search/snow" : hash));
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await settled(page);
        if (hash === "picture") { await page.click(".cell[data-id]"); await viewer(page); await settled(page); }
        // Evaluated by the browser's own hand, so that the page's policy does not keep it out.
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], preload: false }));
        for (const { id, impact, nodes } of violations) {
          const where = nodes.slice(0, 3).map((node) => node.html.slice(0, 120) + " " + (node.any[0]?.message || "")).join(" | ");
          if (["serious", "critical"].includes(impact)) faults.push(scheme + " " + (hash || "timeline") + ": " + id + ": " + where);
          else console.log("minor:", scheme, hash || "timeline", id, where);
        }
        await page.close();
      }
    }
    const plain = await open(browser, INDEX.replace("index.html", "pages/2024-03.html"));
    await plain.evaluate(axe);
    const { violations } = await plain.evaluate(() => window.axe.run(document, { preload: false }));
    for (const { id, impact } of violations) check(!["serious", "critical"].includes(impact), "plain page: " + id);
    await plain.close();
  },

  // Captions, names and titles are text, whatever they hold; the checks of every page see to it that nothing runs.
  async hostile(browser) {
    const page = await open(browser, INDEX + "#/timeline/2024-03");
    await wait(page, () => document.querySelectorAll(".cell[data-id]").length > 6);
    const captions = JSON.parse(process.env.HOSTILE);
    for (const caption of captions) {
      const query = Array.from(caption).filter((letter) => /[a-z(]/i.test(letter)).slice(0, 0).join("") || caption;
      await go(page, "#/search/" + encodeURIComponent(query));
      await wait(page, () => { const about = document.getElementById("about").textContent; return about && !about.includes("so far"); });
      await page.waitForSelector(".cell[data-id]").catch(() => faults.push("not found: " + caption));
      await page.click(".cell[data-id]");
      await viewer(page);
      check((await text(page, ".caption")) === caption, "shown otherwise: " + caption + " as " + (await text(page, ".caption")));
      const links = await page.$$eval(".facts a", (all) => all.map((link) => link.protocol));
      check(links.every((protocol) => protocol === "file:"), "a link leads to " + links);
      check((await page.$$("script:not([src])")).length === 0, "a script without a file");
      if (caption.includes("gpj")) await shot(page, "turned-1280");
      await page.keyboard.press("Escape");
      await wait(page, () => !document.querySelector(".viewer[open]") && !location.hash.includes("&p="));
      await go(page, "#/person/" + encodeURIComponent(caption));
      check((await text(page, "#about")).startsWith("1 "), "the person " + caption + " is not found");
      await go(page, "#/place/" + encodeURIComponent(caption));
      check((await text(page, "#about")).startsWith("1 "), "the place " + caption + " is not found");
    }
    await go(page, "#/search/" + encodeURIComponent("長い"));
    await page.waitForSelector(".cell[data-id]");
    await page.click(".cell[data-id]");
    await viewer(page);
    check((await text(page, ".caption")).length === 20000, "20,000 characters are " + (await text(page, ".caption")).length);
    await shot(page, "long-1280");
    for (const hash of ["#/__proto__", "#/constructor", "#/album/__proto__", "#/person/%E0%A4%A", "#/near/x", "#/form/constructor", "#/timeline&p=2024-03.<script>", "#javascript:alert(1)"]) {
      const other = await open(browser, INDEX + hash);
      await settled(other);
      await other.close();
    }
    await page.close();
  },

  async plain(browser) {
    const page = await open(browser, INDEX, WIDE, false);
    await shot(page, "without-script-1280");
    const links = (page) => page.$$eval("a", (all) => all.map((link) => link.href));
    const start = (await links(page)).find((link) => link.endsWith("pages/index.html"));
    check(start, "without scripts there is no way on");
    await page.goto(start);
    const months = (await links(page)).filter((link) => /pages\/(\d{4}-\d{2}|undated)(-\d+)?\.html$/.test(link));
    const originals = new Set();
    for (const month of months) {
      await page.goto(month);
      for (const link of await links(page)) if (!link.includes("/gallery/")) originals.add(link);
      if (month.includes("2024-03")) { await settled(page); await shot(page, "plain-1280"); }
    }
    check(originals.size === 159, "plain pages lead to " + originals.size + " pictures");
    for (const original of originals) check(fs.existsSync(new URL(original)), "there is no " + original);
    await page.close();
  },

  async narrow(browser) {
    const page = await open(browser, INDEX, NARROW);
    await page.waitForSelector(".cell[data-id]");
    await settled(page);
    await shot(page, "timeline-390");
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    check(!(await wide()), "the timeline is wider than the screen");
    await page.tap(".cell[data-id]");
    await viewer(page);
    await settled(page);
    await shot(page, "picture-390");
    await page.keyboard.press("Escape");
    await wait(page, () => !document.querySelector(".viewer[open]"));
    for (const view of ["albums", "places", "kinds", "people"]) {
      await go(page, "#/" + view);
      check(!(await wide()), view + " is wider than the screen");
      await shot(page, view + "-390");
    }
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await go(page, "#/timeline");
    await page.waitForSelector(".cell[data-id]");
    await settled(page);
    await shot(page, "timeline-dark-390");
    await page.close();
  },

  // By fingers alone, on a screen as a phone has it.
  async touch(browser) {
    const page = await open(browser, INDEX, NARROW);
    const session = await page.createCDPSession();
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const touch = (type, ...points) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    // Moves fingers from places to places, each given as [x, y].
    const drag = async (from, to, steps = 8) => {
      await touch("touchStart", ...from);
      for (let step = 1; step <= steps; step += 1) {
        await touch("touchMove", ...from.map(([x, y], at) => [x + ((to[at][0] - x) * step) / steps, y + ((to[at][1] - y) * step) / steps]));
        await pause(16);
      }
      await touch("touchEnd");
      await pause(50);
    };
    const tap = async (x, y) => { await touch("touchStart", [x, y]); await pause(30); await touch("touchEnd"); };
    const shown = () => page.evaluate(() => location.hash);
    const other = (than) => wait(page, (old) => location.hash !== old && document.querySelector(".viewer[open] .stage")?.children.length > 0, than).then(shown);
    const view = () => page.$eval(".stage img", (image) => { const { a, e, f } = new DOMMatrix(getComputedStyle(image).transform); return { scale: a, x: e, y: f }; });

    await page.waitForSelector(".cell[data-id]");
    await settled(page);
    const { x, y } = await page.$eval(".cell[data-index='0']", (cell) => cell.getBoundingClientRect().toJSON());
    await tap(x + 30, y + 30);
    await viewer(page);
    await settled(page);
    const first = await shown();
    await drag([[300, 250]], [[80, 260]]);
    const second = await other(first);
    await settled(page);
    await drag([[80, 250]], [[300, 255]]);
    check((await other(second)) === first, "a push to the right does not lead back");
    await settled(page);
    await drag([[200, 150]], [[230, 420]]);
    await drag([[200, 250]], [[170, 250]]);
    await pause(200);
    check((await shown()) === first, "a push down or a short one leads elsewhere");

    // Forth through all kinds of things, so that nothing holds a finger up: films and cards, too.
    const kinds = new Set();
    for (let step = 0, at = first; step < 8; step += 1) {
      kinds.add(await page.$eval(".stage", (stage) => stage.firstElementChild.tagName));
      await drag([[300, 150]], [[80, 150]]);
      at = await other(at);
      await settled(page);
    }
    console.log("swiped over", [...kinds].join(" "));
    // A film, too, can be pushed aside; not by its bar, where a finger looks for a moment of it.
    await go(page, "#/form/video");
    await wait(page, () => !document.querySelector(".viewer[open]"));
    await page.waitForSelector(".cell[data-index='1'][data-id]");
    await page.tap(".cell[data-index='0']");
    await viewer(page);
    const film = await shown();
    const { left, bottom, width } = await page.$eval(".stage video", (video) => video.getBoundingClientRect().toJSON());
    await drag([[left + width - 20, bottom - 20]], [[left + 20, bottom - 20]]);
    await pause(200);
    check((await shown()) === film, "the bar of a film pushes it aside");
    await drag([[300, 60]], [[80, 60]]);
    await other(film);

    // Amid others, which a finger that pinches or drags must not lead to.
    await go(page, "#/timeline");
    await wait(page, () => !document.querySelector(".viewer[open]"));
    const still = ".cell[data-id]:not([data-live]):not([data-index='0']):has(img)";
    await page.waitForSelector(still);
    await page.tap(still);
    await viewer(page);
    await settled(page);
    const photo = await shown();
    await drag([[170, 250], [220, 250]], [[70, 250], [320, 250]]);
    const larger = await view();
    check(larger.scale > 3 && larger.scale < 8, "two fingers make it " + larger.scale + " times as large");
    await drag([[200, 250]], [[320, 300]]);
    const moved = await view();
    check(Math.abs(moved.x - larger.x - 120) < 3 && Math.abs(moved.y - larger.y - 50) < 3, "it is dragged by " + (moved.x - larger.x) + ", " + (moved.y - larger.y));
    await shot(page, "pinched-390");
    await drag([[70, 250], [320, 250]], [[190, 250], [200, 250]]);
    check((await view()).scale === 1 && (await view()).x === 0, "two fingers do not make it small again: " + JSON.stringify(await view()));
    check((await shown()) === photo, "what was pinched or dragged is pushed aside");
    await pause(700);
    for (const wanted of [3, 1]) {
      await tap(150, 220);
      await pause(80);
      await tap(152, 221);
      await pause(100);
      check((await view()).scale === wanted, "two taps make it " + (await view()).scale + " times as large, not " + wanted);
      await pause(700);
    }
    await tap(150, 220);
    await pause(700);
    await tap(150, 220);
    await pause(100);
    check((await view()).scale === 1, "two slow taps are taken for a double one");

    // A live photo moves as long as a finger rests on it: in the list, then on its page.
    await go(page, "#/form/live");
    await wait(page, () => !document.querySelector(".viewer[open]"));
    await page.waitForSelector(".cell[data-live]");
    await settled(page);
    const live = await page.$eval(".cell[data-live]", (cell) => cell.getBoundingClientRect().toJSON());
    await touch("touchStart", [live.x + 30, live.y + 30]);
    await wait(page, () => document.querySelector(".cell .moving")?.currentTime > 0);
    await pause(600);
    await touch("touchEnd");
    await wait(page, () => !document.querySelector(".cell .moving"));
    await pause(300);
    check(!(await page.$(".viewer[open]")), "what was only held opens");
    await tap(live.x + 30, live.y + 30);
    await viewer(page);
    await settled(page);
    await touch("touchStart", [195, 200]);
    await wait(page, () => document.querySelector(".stage .moving")?.currentTime > 0);
    await touch("touchEnd");
    await wait(page, () => !document.querySelector(".stage .moving"));

    // The strip at the edge.
    await go(page, "#/timeline");
    await wait(page, () => !document.querySelector(".viewer[open]"));
    await page.waitForSelector(".scrub:not([hidden])");
    await page.evaluate(() => scrollTo(0, 0));
    await settled(page);
    const strip = await page.$eval(".scrub", (scrub) => scrub.getBoundingClientRect().toJSON());
    const middle = strip.x + strip.width / 2;
    await touch("touchStart", [middle, strip.y + 10]);
    for (let at = 20; at < strip.height - 2; at += 40) { await touch("touchMove", [middle - 5, strip.y + at]); await pause(16); }
    check(await page.$eval(".scrub-bubble", (bubble) => Number(getComputedStyle(bubble).opacity) > 0), "the month is not named under the finger");
    await shot(page, "scrubbed-390");
    await touch("touchMove", [middle, strip.bottom - 1]);
    await touch("touchEnd");
    await wait(page, () => document.querySelector(".scrub").getAttribute("aria-valuetext") !== "March 2024" && scrollY > innerHeight);
    await wait(page, () => [...document.querySelectorAll(".month")].some((head) => head.textContent.startsWith("Without a date")));
    // And an ordinary push scrolls the list.
    const before = await page.evaluate(() => scrollY);
    await drag([[150, 300]], [[150, 600]]);
    await pause(300);
    check((await page.evaluate(() => scrollY)) < before - 150, "a finger does not scroll the list");
    await page.close();
  },

  async printed(browser) {
    const page = await open(browser, INDEX + "#/search/" + encodeURIComponent("paper boat"));
    await page.waitForSelector(".cell[data-id]");
    await go(page, "#/search/%E4%BA%AC%E3%81%AE%E5%A4%9C");
    await page.waitForSelector(".cell[data-id]");
    await page.click(".cell[data-id]");
    await viewer(page);
    await settled(page);
    await page.emulateMediaType("print");
    await shot(page, "print-1280");
    check(await page.$eval("#bar", (bar) => getComputedStyle(bar).display === "none"), "the bar is printed");
    await page.close();
  },
};

// Returns how long the page's frames took in a trace, in ms, longest first: from the moment the browser began one until it, or in place
// of a dropped one the next, was on the screen. Frames the compositor shows by itself, without what the page has changed, do not count.
function framesOf(events, page) {
  const key = (event) => (event.id2 || {}).local || event.id;
  const begun = new Map();
  const all = [];
  for (const event of events.filter((event) => event.name === "PipelineReporter" && event.pid === page).sort((a, b) => a.ts - b.ts)) {
    if (event.ph === "b") begun.set(key(event), event);
    if (event.ph !== "e" || !begun.has(key(event))) continue;
    const { ts, args } = begun.get(key(event));
    const { state, frame_type: type } = args.frame_reporter || args.chrome_frame_reporter;
    if (type !== "FORKED") all.push({ state, begin: ts / 1000, end: event.ts / 1000 });
    begun.delete(key(event));
  }
  // Frames are told of in the order they end, and a dropped one may be told of late. One that is shown in part waits for the page, too.
  all.sort((a, b) => a.end - b.end);
  const late = (frame) => ["STATE_DROPPED", "STATE_PRESENTED_PARTIAL"].includes(frame.state);
  const idle = (frame) => frame.state === "STATE_NO_UPDATE_DESIRED";
  const lengths = [];
  for (const frame of all.filter((frame) => !idle(frame))) {
    // What ends the wait: a frame on the screen, or nothing more to show.
    const end = all.find((other) => !late(other) && other.begin >= frame.begin);
    if (end && !idle(end)) lengths.push(end.end - frame.begin);
  }
  return lengths.sort((a, b) => b - a);
}

// A large gallery: how soon the first picture is there, how long a frame takes while the list flies by, and how much memory stays.
const large = {
  async scale(browser) {
    const page = await browser.newPage();
    await page.setViewport(WIDE);
    await page.evaluateOnNewDocument(() => {
      const look = () => {
        const image = [...document.querySelectorAll(".cell img")].find((image) => image.complete && image.naturalWidth > 0);
        if (image) requestAnimationFrame(() => { window.firstPicture = performance.now(); });
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    const heap = async () => {
      const session = await page.createCDPSession();
      await session.send("HeapProfiler.collectGarbage");
      await session.detach();
      const { JSHeapUsedSize, Nodes } = await page.metrics();
      return (JSHeapUsedSize / 1e6).toFixed(1) + " MB of JavaScript, " + Nodes + " nodes";
    };
    for (const visit of ["cold", "warm"]) {
      await page.goto("about:blank");
      await page.goto(INDEX);
      await page.waitForFunction(() => window.firstPicture, { timeout: 30000 });
      console.log("first picture, " + visit + ": " + Math.round(await page.evaluate(() => window.firstPicture)) + " ms");
    }
    console.log("at the start: " + (await heap()));
    const trace = path.join(pictures, "trace.json");
    await page.tracing.start({ path: trace, categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline.frame"] });
    const { gaps, shown } = await page.evaluate(async () => {
      const gaps = [];
      const shown = [0, 0];
      let before = performance.now();
      let from = scrollY;
      // A fast finger: three screens a second and more for 8 seconds; then leaps of a fiftieth of all.
      for (let step = 0; step < 480; step += 1) {
        await new Promise((done) => requestAnimationFrame(done));
        gaps.push(performance.now() - before);
        before = performance.now();
        scrollTo(0, (from += 60));
      }
      for (let leap = 1; leap <= 50; leap += 1) {
        scrollTo(0, (document.documentElement.scrollHeight * leap) / 50);
        for (let frame = 0; frame < 12; frame += 1) {
          await new Promise((done) => requestAnimationFrame(done));
          gaps.push(performance.now() - before);
          before = performance.now();
        }
        // A list that spares itself the pictures would be fast, too.
        for (const cell of document.querySelectorAll(".cell")) {
          const { top, bottom } = cell.getBoundingClientRect();
          if (bottom <= 0 || top >= innerHeight) continue;
          const image = cell.querySelector("img");
          shown[0] += image && image.complete && image.naturalWidth ? 1 : 0;
          shown[1] += 1;
        }
      }
      return { gaps: gaps.sort((a, b) => b - a), shown };
    });
    await page.tracing.stop();
    const events = JSON.parse(fs.readFileSync(trace, "utf8")).traceEvents;
    fs.rmSync(trace);
    const renderer = events.find((event) => event.name === "thread_name" && event.args.name === "CrRendererMain" &&
      events.some((other) => other.pid === event.pid && other.name === "FireAnimationFrame"));
    const tasks = events.filter((event) => event.pid === renderer.pid && event.tid === renderer.tid && /RunTask$/.test(event.name) && event.dur);
    const longest = Math.max(...tasks.map((event) => event.dur)) / 1000;
    const frames = framesOf(events, renderer.pid);
    const over = (all, limit) => all.filter((length) => length > limit).length;
    const told = (what, all) => console.log(what + ": longest " + all.slice(0, 3).map((length) => length.toFixed(1)).join(", ") + " ms; over 50 ms " +
      over(all, 50) + ", over 100 ms " + over(all, 100) + " of " + all.length);
    told("frames in the trace while scrolling", frames);
    told("between two calls of requestAnimationFrame", gaps);
    console.log("longest task of the page: " + longest.toFixed(1) + " ms; pictures there 12 frames after a leap: " + shown[0] + " of " + shown[1]);
    check(frames.length > 300, "the trace holds " + frames.length + " frames");
    check(shown[0] > shown[1] * 0.95, "pictures come too late");
    check(Math.max(frames[0], gaps[0], longest) < 100, "a frame took " + Math.max(frames[0], gaps[0], longest) + " ms");
    await new Promise((done) => setTimeout(done, 500));
    console.log("after all of it: " + (await heap()));
    for (const query of ["東京の夜 number 5", "IMG_000017"]) {
      const began = Date.now();
      await page.evaluate((to) => { location.hash = to; }, "#/search/" + encodeURIComponent(query));
      await page.waitForFunction((to) => location.hash.includes(to) && /^(\d|Nothing)/.test(document.getElementById("about").textContent) &&
        !document.getElementById("about").textContent.includes("so far"), { timeout: 60000 }, encodeURIComponent(query));
      console.log("searched all for " + query + " in " + (Date.now() - began) + " ms: " + (await text(page, "#about")));
    }
    console.log("after the searches: " + (await heap()));
    await page.close();
  },
};

(async () => {
  const browser = await puppeteer.launch({
    browser: FIREFOX ? "firefox" : "chrome",
    executablePath: program,
    // Whatever the page asks of the network goes nowhere, and is told above.
    args: FIREFOX ? [] : ["--no-sandbox", "--proxy-server=127.0.0.1:9", "--lang=en-GB", "--autoplay-policy=no-user-gesture-required"],
    extraPrefsFirefox: { "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "media.autoplay.default": 0 },
  });
  const names = wanted === "all" ? Object.keys(checks) : wanted.split(",");
  for (const name of names) {
    const before = faults.length;
    const began = Date.now();
    try { await (checks[name] || large[name])(browser); } catch (error) { faults.push(name + ": " + error.message.split("\n").slice(0, 4).join(" ")); }
    console.log(faults.length > before ? "FAILED" : "ok", name, Date.now() - began + " ms");
    for (const page of (await browser.pages()).slice(1)) await page.close();
  }
  await browser.close();
  console.log(requests.length + " requests, " + requests.filter((url) => !url.startsWith(LIBRARY + "/")).length + " outside the library");
  for (const fault of faults) console.log("fault:", fault);
  if (faults.length) process.exit(1);
  console.log("all is well");
})();
