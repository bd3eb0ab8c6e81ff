/**
 * Two zones of a real Ceph: a key counts when both accept it, and is over when both refuse it; users are changed at the
 * metadata master only, where that can be known; and a zone that is down keeps a key from being published.
 *
 *   npx mocha -r ts-node/register/transpile-only tests/proofs/zones.long.test.ts
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "../../tools/ceph/cluster";
import { needCeph } from "../real/needs";
import { OK, openSearched, type SearchedStack } from "../real/searched";
import { figures, type Ground, openGround } from "./ground/ground";

const RELEASE = 20;
const CLIENTS = 4;
const GRACE_SECONDS = 2;
const GONE = "403 InvalidAccessKeyId";
const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { connection, user } = require("./wishes.json");
const provider = new rgw.Provider("zones", connection);
const one = new rgw.User("user", user, { provider });
for (const name of ["accessKey", "secretKey", "previousAccessKey", "previousSecretKey", "previousKeyExpiresAt", "endpoint"])
  exports[name] = one[name];
`;

describe("two zones of Ceph 20", function () {
  this.timeout(120_000);
  let ground: Ground;
  let stack: SearchedStack;
  let zones: readonly [east: string, west: string];
  const current = async (): Promise<Credentials> => {
    const { accessKey, secretKey } = await stack.shown();
    return { accessKey: String(accessKey), secretKey: String(secretKey) };
  };
  const asks = (key: Credentials) => Promise.all(zones.map((zone) => ground.asks(key, zone)));
  const declare = (rotationId: string, { endpoint = zones[0], s3Endpoints = zones as readonly string[] } = {}) =>
    stack.write({
      "wishes.json": JSON.stringify({
        connection: { endpoint, s3Endpoints, propagationSeconds: 10 },
        user: { uid: "ann", displayName: "Ann", rotationId, gracePeriodSeconds: GRACE_SECONDS },
      }),
    });
  const graceOver = async () => {
    const { previousKeyExpiresAt } = await stack.shown();
    await sleep(Math.max(0, Date.parse(String(previousKeyExpiresAt)) - Date.now()));
  };
  /** Resolves when the second zone has followed the first one: what it answers is as is hoped for. After a restart that takes time. */
  const followed = async (isSo: () => Promise<boolean>) => {
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(250)) if (await isSo()) return;
    assert.fail("the second zone does not follow");
  };
  const hasAllKeys = async () => {
    const keys = [...((await ground.user("ann"))?.keys ?? [])].map(([accessKey, secretKey]) => ({
      accessKey,
      secretKey,
    }));
    const said = await Promise.all(keys.map((key) => ground.asks(key, zones[1]).catch(() => "down")));
    return said.every((one) => one === "200");
  };
  const tellsNobody = async () => {
    const { said } = await ground.s3.send(zones[1], ground.ceph.admin, "GET", "/admin/realm/period");
    return said === "403 AccessDenied";
  };
  const failure = async () => {
    const { code, stdout, stderr } = await stack.up();
    assert.notEqual(code, 0, stdout);
    return `${stdout}${stderr}`;
  };

  before(async function () {
    await needCeph(this, { cli: true, release: RELEASE });
    ground = await openGround({ release: RELEASE, zones: ["east", "west"] });
    zones = ground.ceph.endpoints as typeof zones;
    await ground.ceph.radosgwAdmin("caps", "add", "--uid=admin", "--caps=zone=read");
    const { RADOSGW_ENDPOINT: _, ...env } = ground.env;
    const program = { files: { "index.js": PROGRAM, "wishes.json": "{}" } };
    stack = await openSearched({ program, env }, () => ground.secrets());
  });
  after(async () => {
    await stack?.end();
    await ground?.close();
  });

  it("publishes a key that both accept", async () => {
    declare("1");
    await stack.up(OK);
    assert.deepEqual(await asks(await current()), ["200", "200"]);
    assert.equal((await stack.shown()).endpoint, zones[0]);
  });

  it(`refuses not one request of ${CLIENTS} clients at both through a rotation, and the old key at both after it`, async () => {
    const first = await current();
    let held = first;
    let isOver = false;
    const counts = { requests: 0, refused: 0 };
    const work = async (turn: number): Promise<void> => {
      const said = await ground.asks(held, zones[turn % zones.length]);
      counts.requests++;
      if (said !== "200") counts.refused++;
      if (!isOver) return work(turn + 1);
    };
    const clients = Array.from({ length: CLIENTS }, (_, client) => work(client));
    try {
      declare("2");
      await stack.up(OK);
      held = await current();
      await graceOver();
      await stack.up(OK);
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    figures("two zones", { rotations: 1, clients: CLIENTS, ...counts });
    assert.deepEqual([counts.refused, await asks(first), await asks(held)], [0, [GONE, GONE], ["200", "200"]]);
  });

  it("keeps keys when the list of addresses changes, whose first one is the users' own", async () => {
    const key = await current();
    declare("2", { s3Endpoints: [...zones].reverse() });
    await stack.up(OK);
    assert.deepEqual([await current(), (await stack.shown()).endpoint], [key, zones[1]]);
    declare("2");
    await stack.up(OK);
    assert.deepEqual(await current(), key);
  });

  it("changes nothing at the zone that is not the master, and names the master's address", async () => {
    const before = await ground.user("ann");
    declare("3", { endpoint: zones[1] });
    const said = await failure();
    assert.match(said, /the gateway is of zone "west".*metadata master, zone "east"/s);
    assert.ok(said.includes(`to a gateway of zone "east": ${zones[0]}`), said);
    assert.deepEqual(await ground.user("ann"), before);
  });

  it("publishes nothing while a zone is down, names it, and resumes when it is back", async () => {
    const key = await current();
    await ground.ceph.killGateway(1);
    declare("3");
    const said = await failure();
    assert.ok(said.includes(zones[1].replace("http://", "")), said);
    assert.deepEqual(await current(), key);
    await ground.ceph.restartGateway(1);
    await followed(hasAllKeys);
    await stack.up(OK);
    const next = await current();
    assert.deepEqual(
      [await asks(key), await asks(next)],
      [
        ["200", "200"],
        ["200", "200"],
      ],
    );
  });

  it("where the admin may not ask for zones, does not take the answer of the wrong one for a revocation", async () => {
    const key = await current();
    const { previousAccessKey, previousSecretKey } = await stack.shown();
    const old = { accessKey: String(previousAccessKey), secretKey: String(previousSecretKey) };
    await graceOver();
    await ground.ceph.radosgwAdmin("caps", "rm", "--uid=admin", "--caps=zone=read");
    await followed(tellsNobody);
    declare("3", { endpoint: zones[1] });
    // Again and again, although the wrong zone does not show the key any more.
    for (let run = 0; run < 2; run++) {
      const said = await failure();
      assert.ok(said.includes(`the key was revoked but S3 at ${zones[0]} still accepts it`), said);
      assert.deepEqual(await asks(old), ["200", GONE]);
    }
    declare("3");
    await stack.up(OK);
    assert.deepEqual(
      [await asks(old), await asks(key)],
      [
        [GONE, GONE],
        ["200", "200"],
      ],
    );
    await stack.destroy(OK);
  });
});
