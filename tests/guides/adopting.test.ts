// docs/guides/adopting.md: users that are there move in as single resources and as a fleet, nothing changes, and the
// first rotation comes to each in its turn.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import * as calendar from "../../sdk/calendar";
import { size } from "../proofs/ground/seed";
import { needCli } from "../real/needs";
import { Reader } from "./reader";

const SINGLES = ["team-red", "team-blue", "team-green"];
const MANY = Array.from({ length: size("OBJECT_USERS_MOVED", 20) }, (_, index) => `member-${index}`);
const DAY_MS = 86_400_000;

/** Makes the users, past Pulumi. */
function populate({ cluster }: Reader, names: readonly string[]): void {
  for (const name of names) cluster.admin(`PUT user?uid=${name}&display-name=${name}&max-buckets=7`);
  cluster.gateway.requests.reset();
}

/** The keys of users as the gateway has them, one line for each user. */
function keysIn({ cluster }: Reader): Record<string, string[]> {
  return Object.fromEntries(cluster.gateway.users().map(({ uid, keys }) => [uid, [...keys.keys()].sort()]));
}

let singles: Reader;

describe("guide: adopting users that exist", function () {
  this.timeout(600_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("adopting");
    singles = reader;
  });
  after(() => reader?.abandon());

  it("as single resources: imported, and nothing is left to do", async () => {
    populate(reader, [...SINGLES, "other"]);
    reader.cluster.admin("PUT user?uid=one&tenant=shop&display-name=One");
    reader.cluster.admin("PUT user?uid=team-keyless&display-name=Keyless&generate-key=false");
    const before = keysIn(reader);
    const { out } = await reader.run("singles");
    assert.match(out, /^5 users/);
    assert.ok(!existsSync(path.join(reader.stack.directory, "import.json")));
    reader.save("index.ts");
    await reader.run("nothing");
    assert.equal(reader.cluster.gateway.requests.writes(), 0);
    assert.deepEqual(keysIn(reader), before);
  });

  it("the first rotation is spread: at first nothing, on a user's own day that user", async () => {
    reader.save("rotation.ts", ["spread.ts", "index.ts"]);
    await reader.run("spread");
    const before = keysIn(reader);
    const today = new Date();
    const moments = SINGLES.map((name) => ({
      name,
      at: calendar.nextRotation(name, { every: "quarter", now: today }),
    }));
    moments.push({ name: "shop-one", at: calendar.nextRotation("shop-one", { every: "quarter", now: today }) });
    const [first, second] = moments.sort((a, b) => a.at.getTime() - b.at.getTime());
    assert.ok(first && second && first.at.getTime() < second.at.getTime());
    const day = new Date(first.at.getTime() + 1000).toISOString();
    await reader.bash(`pulumi config set now ${day} && pulumi up --yes`);
    const after = keysIn(reader);
    const uid = first.name.replace("shop-", "shop$");
    assert.deepEqual(
      Object.keys(after).filter((name) => String(after[name]) !== String(before[name])),
      [uid],
    );
    assert.equal(after[uid]?.length, 2);
  });
});

describe("guide: adopting users that exist, as a fleet", function () {
  this.timeout(600_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("adopting");
  });
  after(() => reader?.close(singles));

  it(`moves ${MANY.length} in`, async () => {
    populate(reader, MANY);
    reader.save("index.ts");
    const { out } = await reader.run("fleet");
    assert.match(out, new RegExp(`^${MANY.length} users`));
    assert.equal(reader.cluster.gateway.requests.writes(), 0);
  });

  // How many rotate in a month can be foretold of many only.
  const ofMany = MANY.length >= 100 ? it : () => undefined;
  ofMany("the spread rotation works for members, too", async () => {
    reader.save("rotation.ts", ["spread.ts", "index.ts"]);
    await reader.run("spread");
    assert.equal(reader.cluster.gateway.requests.writes(), 0);
    const month = new Date(Date.now() + 30 * DAY_MS).toISOString();
    await reader.bash(`pulumi config set now ${month} && pulumi up --yes`);
    const rotated = Object.values(keysIn(reader)).filter((keys) => keys.length === 2).length;
    assert.ok(rotated > MANY.length / 5 && rotated < MANY.length / 2, `${rotated} of ${MANY.length} in a month`);
  });
});
