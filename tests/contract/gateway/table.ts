/**
 * The language of the contract's tables: rows of requests and what must come back, run on every gateway.
 *
 * In every text of a row "%" stands for a number that no other row has, so that rows cannot meet and need no
 * cleaning up.
 */
import assert from "node:assert/strict";
import type { Release } from "../../../devserver/rgw/release";
import { type Ask, exchange, type Reply } from "./exchange";
import { candidates, type Subject } from "./subject";

/** What releases do differently: by the first release that does it so. */
class ByRelease<T> {
  constructor(private readonly ways: Readonly<Partial<Record<Release, T>>>) {}

  of(release: Release): T {
    const [last] = Object.entries(this.ways)
      .filter(([since]) => Number(since) <= release)
      .slice(-1);
    assert.ok(last, `nothing is said of release ${release}`);
    return last[1] as T;
  }
}

/** A value that differs: `since({ 16: "403 AccessDenied", 18: "400 InvalidArgument" })`; 20 does as 18 then. */
export function since<T>(ways: Readonly<Partial<Record<Release, T>>>): ByRelease<T> {
  return new ByRelease(ways);
}

/** The answer to a request whose uid names nobody, and to a search for an access key that nobody has. */
export const toNobody = since({ 16: "403 AccessDenied", 18: "400 InvalidArgument" });

/** A request with what must come back. */
export interface Step {
  readonly ask: Ask | ByRelease<Ask>;
  /** "200", "404 NoSuchUser". A success has no code. */
  readonly gives: string | ByRelease<string>;
  /** Part of the answer's JSON: objects may have more, lists not. A RegExp is held against a text. */
  readonly shows?: unknown;
  /** The whole body. */
  readonly is?: string | ByRelease<string>;
  /** The names of the fields of the answer's JSON, in their order. */
  readonly names?: string | ByRelease<string>;
  /** Must be found in the body as text, or match it. */
  readonly says?: string | RegExp;
  /** A request to be made before this one. */
  readonly first?: Step | undefined;
  /** Anything else about the answer. */
  readonly also?: (reply: Reply) => void;
}

/** What must hold, and the requests that show it, in their order. */
export type Row = readonly [what: string, ...steps: Step[]];

/** Rows for some releases only: the first that does so, and the last. */
export interface Only {
  readonly from?: Release;
  readonly to?: Release;
}

type Values = Readonly<Record<string, string | number>>;

/** A request of the admin API: `admin("PUT user?key", { uid: "ann%" })`. Values are encoded, "" gives `name=`. */
export function admin(what: string, values: Values = {}, more: Partial<Ask> = {}): Ask {
  const [method = "", resource = ""] = what.split(" ");
  const query = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const joined = query.length === 0 ? resource : `${resource}${resource.includes("?") ? "&" : "?"}${query.join("&")}`;
  return { method, path: `/admin/${joined}`, ...more };
}

/** An S3 request by the key `accessKey`:`secretKey`. */
export function s3(what: string, accessKey: string, secretKey: string, body?: string): Ask {
  const [method = "", path = ""] = what.split(" ");
  return { method, path, as: { accessKey, secretKey }, ...(body === undefined ? {} : { body }) };
}

/** The usual beginning: a user "ann%" with the key AK% and the secret "sesame%". */
export function ann(more: Values = {}): Step {
  const values = { uid: "ann%", "display-name": "Ann", "access-key": "AK%", "secret-key": "sesame%", ...more };
  return { ask: admin("PUT user", values), gives: "200" };
}

let rowsRun = 0;

/** Makes the tests of a table, on every gateway. */
export function contract(title: string, rows: readonly Row[], { from = 16, to = 20 }: Only = {}): void {
  for (const candidate of candidates.filter(({ release }) => from <= release && release <= to)) {
    describe(`${title}, on ${candidate.name}`, () => {
      let subject: Subject;
      before(async function () {
        this.timeout(120_000);
        const found = await candidate.start();
        if ("unavailable" in found) this.skip();
        else subject = found;
      });
      for (const [what, ...steps] of rows) {
        it(what, async () => {
          const mark = String(++rowsRun);
          for (const [index, step] of steps.entries()) await check(subject, step, candidate.release, mark, index);
        });
      }
    });
  }
}

async function check(subject: Subject, given: Step, release: Release, mark: string, index: number): Promise<void> {
  const step = inRelease(given, release);
  if (step.first !== undefined) await check(subject, step.first, release, mark, index);
  const ask = fill(step.ask as Ask, mark);
  const reply = await exchange(subject, ask);
  const where = `step ${index + 1}, ${ask.method} ${ask.path}`;
  const code = reply.status < 400 ? "" : (/"Code":"(\w+)"|<Code>(\w+)</.exec(reply.body)?.slice(1).join("") ?? "");
  assert.equal(`${reply.status} ${code}`.trim(), step.gives, `${where}: ${reply.body}`);
  if (step.is !== undefined) assert.equal(reply.body, step.is, where);
  if (step.names !== undefined) assert.equal(Object.keys(JSON.parse(reply.body)).join(" "), step.names, where);
  if (step.shows !== undefined) covers(JSON.parse(reply.body), fill(step.shows, mark), where);
  if (typeof step.says === "string") assert.ok(reply.body.includes(fill(step.says, mark)), `${where}: ${reply.body}`);
  if (step.says instanceof RegExp) assert.match(reply.body, step.says, where);
  step.also?.(reply);
}

/** The values of one release. */
function inRelease<T>(value: T, release: Release): T {
  if (value instanceof ByRelease) return inRelease(value.of(release), release) as T;
  if (Array.isArray(value)) return value.map((item) => inRelease(item, release)) as T;
  if (typeof value !== "object" || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inRelease(item, release)])) as T;
}

/** Writes the row's number for every "%", in the paths as what encoding has made of it. */
function fill<T>(value: T, mark: string): T {
  if (typeof value === "string") return value.replaceAll("%25", mark).replace(/%(?![0-9A-F]{2})/g, mark) as T;
  if (Array.isArray(value)) return value.map((item) => fill(item, mark)) as T;
  if (typeof value !== "object" || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, mark)])) as T;
}

function covers(actual: unknown, expected: unknown, where: string): void {
  if (expected instanceof RegExp) assert.match(String(actual), expected, where);
  else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${where}: not a list: ${JSON.stringify(actual)}`);
    assert.equal(actual.length, expected.length, `${where}: ${JSON.stringify(actual)}`);
    for (const [index, item] of expected.entries()) covers(actual[index], item, `${where}[${index}]`);
  } else if (typeof expected === "object" && expected !== null) {
    assert.ok(typeof actual === "object" && actual !== null, `${where}: not an object: ${JSON.stringify(actual)}`);
    for (const [name, item] of Object.entries(expected)) {
      covers((actual as Record<string, unknown>)[name], item, `${where}.${name}`);
    }
  } else assert.deepEqual(actual, expected, where);
}
