/** The page in a real browser: what it shows and does, and that it stays quiet, readable and harmless. */
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";
import { pageOf } from "../../../../cli/status/page";
import { skipWithout } from "../../../real/needs";
import { crowd } from "../crowd";
import { reportOn, rgwUser } from "../states";
import { type Running, type Shown, startBrowser } from "./browser";
import { contrastsIn } from "./contrast";

const DAY = 86_400;

/** The texts of a column's cells that are drawn. */
const column = (page: Page, name: string) =>
  page.$$eval(`tbody .${name}`, (cells) => cells.map(({ textContent }) => textContent ?? ""));
const shownCount = (page: Page) => page.$eval("#shown", ({ textContent }) => textContent);
const sortOf = (page: Page, name: string) =>
  page.$eval(`th[data-sort=${name}]`, (head) => head.getAttribute("aria-sort"));

describe("the page, in a browser", function () {
  this.timeout(60_000);
  let browser: Running | undefined;
  let shown: Shown | undefined;

  before(async function () {
    const { browserAvailable } = await import("../../../../tools/browser/install.mjs");
    skipWithout(this, browserAvailable());
    browser = await startBrowser();
  });

  after(() => browser?.close());

  async function open(html: string, look?: Parameters<Running["show"]>[1]): Promise<Page> {
    assert.ok(browser);
    shown = await browser.show(html, look);
    return shown.page;
  }

  afterEach(async () => {
    if (shown === undefined) return;
    const { complaints, requests, close } = shown;
    shown = undefined;
    await close();
    // Whatever the test was about.
    assert.deepEqual(complaints, [], "the console, or the page's policy");
    assert.deepEqual(requests, [], "requests");
  });

  const report = () => reportOn({ ...crowd(200, 40), gone: "no stack named 'gone' found" }, 90 * DAY);

  it("draws a row a user with its keys over time, some at first and all when one goes on", async () => {
    const all = report();
    const page = await open(pageOf(all));
    assert.deepEqual(
      await column(page, "user"),
      all.users.slice(0, 100).map(({ user }) => user),
    );
    assert.equal(await shownCount(page), "200 of 200");
    await page.focus("#more button");
    await page.keyboard.press("Enter");
    await page.waitForFunction(`document.querySelectorAll("tbody tr").length === 200`);
    assert.equal(await page.$eval("#more", (more) => more.hasAttribute("hidden")), true);
    const drawings = await page.$$eval("tbody svg", (all) => all.map((each) => each.getAttribute("aria-label") ?? ""));
    assert.equal(drawings.length, 200);
    assert.match(
      drawings[3] ?? "",
      /^PULU\w+, current: issued .*, proven .* UTC; PULU\w+, grace: .*deadline 2026-11-25/,
    );
    assert.ok(drawings.includes("no key"));
  });

  it("sorts by a click and by the keyboard, and says how", async () => {
    const page = await open(pageOf(report()));
    await page.click("th[data-sort=age] button");
    const ages = await column(page, "age");
    assert.equal(await sortOf(page, "age"), "ascending");
    assert.equal(ages[0], "1 d");
    await page.keyboard.press("Enter");
    assert.equal(await sortOf(page, "age"), "descending");
    const oldest = (await column(page, "age")).filter(Boolean)[0];
    assert.equal(oldest, "120 dtoo old");
    await page.focus("th[data-sort=phase] button");
    await page.keyboard.press("Space");
    assert.deepEqual(
      [await sortOf(page, "age"), await sortOf(page, "phase"), (await column(page, "phase-cell"))[0]],
      ["none", "ascending", "unfinished"],
    );
    await page.click("th[data-sort=user] button");
    assert.deepEqual((await column(page, "user")).slice(8, 11), ["user-9", "user-10", "user-11"]);
  });

  it("filters by text, by phase and by keys that are too old", async () => {
    const page = await open(pageOf(report()));
    await page.type("#text", "team-2 USER-5");
    assert.equal(await shownCount(page), "10 of 200");
    assert.ok((await column(page, "user")).every((user) => /^user-5/.test(user)));
    await page.select("#phase", "grace");
    assert.deepEqual([...new Set(await column(page, "phase-cell"))], ["grace"]);
    await page.click("#text", { count: 3 });
    await page.keyboard.press("Backspace");
    await page.select("#phase", "too old");
    assert.equal(await shownCount(page), "8 of 200");
    assert.ok((await column(page, "age")).every((age) => age.endsWith("too old")));
  });

  it("draws another stretch of time", async () => {
    const page = await open(pageOf(report()));
    const widths = () => page.$$eval("tbody rect", (bars) => bars.slice(0, 30).map((bar) => bar.getAttribute("width")));
    const before = await widths();
    await page.select("#span", "7");
    assert.notDeepEqual(await widths(), before);
  });

  for (const [scheme, width] of [
    ["light", 1280],
    ["light", 390],
    ["dark", 1280],
  ] as const) {
    it(`is readable in ${scheme}, ${width} wide: text 4.5 to 1, bars 3 to 1`, async () => {
      const contrasts = await contrastsIn(await open(pageOf(report()), { scheme, width }));
      assert.ok(contrasts.length > 500, `${contrasts.length}`);
      assert.deepEqual(
        contrasts.filter(({ kind, ratio }) => ratio < (kind === "text" ? 4.5 : 3)),
        [],
      );
    });
  }

  it("has nothing wider than the window, on any", async () => {
    const page = await open(pageOf(report()));
    for (const width of [1280, 1024, 768, 390]) {
      await page.setViewport({ width, height: 900 });
      const wide = await page.evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`);
      assert.equal(wide, 0, `${width} wide`);
    }
  });

  it("is another page in the dark", async () => {
    const ground = async (scheme: "light" | "dark") => {
      const page = await open(pageOf(report()), { scheme });
      return page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    };
    const light = await ground("light");
    await shown?.close();
    assert.notEqual(await ground("dark"), light);
  });

  it("prints every user", async () => {
    const page = await open(pageOf(report()));
    await page.pdf({ format: "A4" });
    assert.equal((await column(page, "user")).length, 200);
  });

  it("shows names that are markup as they are, and runs nothing of them", async () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`;
    const resource = { initErrors: [evil] };
    const page = await open(
      pageOf(
        reportOn({ [evil]: [rgwUser(evil, { keys: [{ id: evil, issued: 1 }], current: evil, resource })], b: evil }),
      ),
    );
    assert.deepEqual(await column(page, "key"), [evil]);
    assert.ok((await column(page, "user"))[0]?.includes(evil));
    assert.equal((await page.$$("img")).length, 0);
    assert.equal((await page.$$("script")).length, 2);
  });

  it("would be heard if it broke its own policy or asked for something", async () => {
    assert.ok(browser);
    const broken = pageOf(reportOn({ empty: [] })).replace(
      "<h1>",
      '<img src="other.png" alt=""><h1 style="color: red">',
    );
    const { complaints, close } = await browser.show(broken);
    await close();
    assert.equal(complaints.filter((each) => /Content Security Policy/.test(each)).length, 2, complaints.join("\n"));
  });

  it("says when there is nobody", async () => {
    const page = await open(pageOf(reportOn({ empty: [] })));
    assert.equal(await shownCount(page), "0 of 0");
    assert.match(await page.$eval("header", ({ textContent }) => textContent ?? ""), /0 users in 1 stack,/);
  });

  it("stays usable with ten thousand users: few rows at once, and the rest as one goes on", async () => {
    const page = await open(pageOf(reportOn(crowd(10_000, 1_000))));
    assert.equal(await shownCount(page), "10,000 of 10,000");
    const rows = () => page.$$eval("tbody tr", (all) => all.length);
    assert.ok((await rows()) <= 300, `${await rows()}`);
    await page.click("th[data-sort=age] button");
    await page.type("#text", "user-9999");
    assert.equal(await shownCount(page), "1 of 10,000");
    assert.equal(await rows(), 1);
  });
});
