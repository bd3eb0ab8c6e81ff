/** The page's text: what is in it, and that nothing from state can become markup. What it does is tested in a browser. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { pageOf } from "../../../cli/status/page";
import type { PageData } from "../../../cli/status/page/data";
import { SCRIPT } from "../../../cli/status/page/script";
import { crowd } from "./crowd";
import { reportOn, rgwUser } from "./states";

const EVIL = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&`;

function dataOf(html: string): PageData {
  const [, text = ""] = /<script type="application\/json" id="data">(.*)<\/script>\n/.exec(html) ?? [];
  return JSON.parse(text) as PageData;
}

describe("the page's text", () => {
  it("holds every user with its keys", () => {
    const report = reportOn(crowd(50), 90 * 86_400);
    const data = dataOf(pageOf(report));
    assert.deepEqual(
      data.users.map(([, , user, , phase]) => [user, data.phases[phase]]),
      report.users.map(({ user, phase }) => [user, phase]),
    );
    assert.equal(data.maxAge, 90 * 86_400);
  });

  it("lets only its own style and script run, and names no other place", () => {
    const html = pageOf(reportOn({ test: [] }));
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
    assert.ok(html.includes(`script-src ${hash(SCRIPT)};`));
    assert.ok(html.includes(`style-src ${hash(style)};`));
    assert.ok(html.includes("default-src 'none';"));
    assert.doesNotMatch(
      html.replaceAll("http://www.w3.org/2000/svg", ""),
      /https?:|url\(|@import|\ssrc=|\shref=|\sstyle=/,
    );
  });

  it("keeps names, stacks and problems that look like markup as text", () => {
    const clean = pageOf(reportOn({ a: [rgwUser("u", { keys: [], resource: { initErrors: ["x"] } })], b: "x" }));
    const html = pageOf(reportOn({ a: [rgwUser(EVIL, { keys: [], resource: { initErrors: [EVIL] } })], [EVIL]: EVIL }));
    const tags = (text: string) => text.match(/<\/?[a-z!][^\s>]*/gi) ?? [];
    assert.deepEqual(tags(html), tags(clean));
    assert.equal(dataOf(html).users[0]?.[2], EVIL);
  });
});
