// Opens the task pane of a running xlwings Server in headless Chromium, and computes cells with the
// page's own code: node taskpane.mjs ADDRESS CHROMIUM PROFILE
import fs from "node:fs";
import { installed, serve } from "./session.mjs";

const puppeteer = installed("puppeteer-core");
const [address, chromium, profile] = process.argv.slice(2);
const standIn = fs.readFileSync(new URL("excel_stand_in.js", import.meta.url), "utf8");

const browser = await puppeteer.launch({
  executablePath: chromium,
  userDataDir: profile,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ],
});
const page = await browser.newPage();
const seen = { requests: 0, blocked: [], statuses: {}, faults: [], standIn: 0 };

let intercepting = true;
await page.setRequestInterception(true);
page.on("request", (request) => {
  const url = new URL(request.url());
  if (url.origin !== address) {
    seen.blocked.push(request.url());
    if (intercepting) request.abort();
  } else if (!intercepting) {
    seen.requests += 1;
  } else if (url.pathname.endsWith("/office.js")) {
    seen.standIn += 1;
    request.respond({ contentType: "text/javascript", body: standIn });
  } else {
    seen.requests += 1;
    request.continue();
  }
});
page.on("response", (response) => {
  seen.statuses[response.status()] = (seen.statuses[response.status()] ?? 0) + 1;
});
page.on("pageerror", (error) => seen.faults.push(String(error)));

const commands = {
  async open() {
    await page.goto(`${address}/taskpane.html`, { waitUntil: "load" });
    await page.waitForFunction(
      () => globalThis.standIn?.associated.size && globalThis.xwRequest && globalThis.xlwings,
    );
    return page.evaluate(async () => {
      const response = await fetch("/xlwings/custom-functions-meta.json");
      globalThis.metadata = await response.json();
      return { metadata, associated: [...standIn.associated.keys()] };
    });
  },
  // All cells at once, as Excel asks for them; `blank` is what an empty cell comes as.
  compute: (calls, blank) =>
    page.evaluate(
      (calls, blank) =>
        Promise.all(calls.map(([name, cells]) => standIn.compute(metadata, name, cells, blank))),
      calls,
      blank,
    ),
  // The same call in many cells at once, or one call on many cells: milliseconds in the page.
  time: (name, cells, times, together) =>
    page.evaluate(
      async (name, cells, times, together) => {
        const once = () => standIn.compute(metadata, name, cells, "");
        const start = performance.now();
        if (together) await Promise.all(Array.from({ length: times }, once));
        else for (let i = 0; i < times; i++) await once();
        return performance.now() - start;
      },
      name,
      cells,
      times,
      together,
    ),
  // A column of so many cells, made in the page: milliseconds, and how many rows came back.
  timeColumn: (name, rows) =>
    page.evaluate(
      async (name, rows) => {
        const column = Array.from({ length: rows }, (_, row) => [row + 1]);
        const start = performance.now();
        const result = await standIn.compute(metadata, name, [column, 1000], "");
        return [performance.now() - start, result.length ?? result];
      },
      name,
      rows,
    ),
  // Watching every request takes time of its own; the browser resolves no other host anyway.
  unwatched: async () => {
    intercepting = false;
    await page.setRequestInterception(false);
  },
  seen: () => seen,
};

await serve(commands);
await browser.close();
