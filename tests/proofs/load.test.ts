/**
 * Rotation under load: eight S3 clients at full rate through two gateways of a real Ceph, while their key is rotated
 * again and again, and each old key revoked when its grace is over. The clients pick up what is published within the
 * grace, each at a moment of its own: not one request is refused. The contrast, at the end, is what a fixed secret
 * does when it is replaced in place.
 *
 *   OBJECT_USERS_ROTATIONS=20 npx mocha -r ts-node/register/transpile-only tests/proofs/load.test.ts
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { IDENTITY } from "../../provider/protocol";
import { needCeph } from "../real/needs";
import { type Clients, startClients } from "./ground/clients";
import { type Deployment, OK, openDeployment } from "./ground/deployment";
import { figures, type Ground, openGround } from "./ground/ground";
import { type Places, search } from "./ground/leaks";
import { type Rotator, startRotator } from "./ground/rotator";
import { chanceOf, seed, size } from "./ground/seed";

const ROTATIONS = size("OBJECT_USERS_ROTATIONS", 2);
const CLIENTS = 8;
const GRACE_SECONDS = 2;
/** Consumers read the outputs a little before the grace ends. */
const PICKED_UP_MS = GRACE_SECONDS * 1000 * 0.9;
const CUTS = 3;

describe("rotation under load", function () {
  this.timeout(60_000 + ROTATIONS * 15_000);
  const chance = chanceOf(seed());
  const places: Record<string, string> = {};
  let ground: Ground;
  let stack: Deployment;

  before(async function () {
    await needCeph(this, { cli: true });
    ground = await openGround({ gateways: 2 });
    stack = await openDeployment(ground.env);
    console.log(`      seed ${chance.seed}`);
  });
  after(async () => {
    await stack?.dispose();
    await ground?.close();
  });

  it(`refuses not one request of ${CLIENTS} clients through ${ROTATIONS} rotations`, async () => {
    const inputs = (turn: number) => ({
      uid: "load",
      displayName: "Load",
      rotationId: String(turn),
      gracePeriodSeconds: GRACE_SECONDS,
    });
    const started = Date.now();
    stack.declare({ load: inputs(0) });
    await stack.up(OK);
    const first = (await stack.kept()).users.load;
    assert.ok(first?.key);
    const clients = await startClients(ground.ceph.endpoints, first.key, { clients: CLIENTS, bucket: "load", chance });
    try {
      // The first rotation by the real CLI, the others by the same provider in a process that starts faster.
      stack.declare({ load: inputs(1) });
      await stack.up(OK);
      const second = (await stack.kept()).users.load;
      assert.ok(second?.key);
      await clients.publish(second.key, PICKED_UP_MS);
      await until(second.outputs.previousKeyExpiresAt);
      const kept = { id: second.id, inputs: second.inputs, outputs: second.outputs, halfMade: false };
      const rotator = await startRotator({ env: ground.env, identity: String(second.inputs[IDENTITY]) }, kept);
      try {
        for (let turn = 2; turn <= ROTATIONS; turn++) await rotate(rotator, inputs(turn), clients);
        assert.deepEqual(await rotator.up(inputs(ROTATIONS)).then(({ did, ring }) => [did, ring]), ["updated", 1]);
        places["what the rotator said"] = (await rotator.said()).join("\n");
      } finally {
        await rotator.end();
      }
    } finally {
      await clients.stop();
    }
    assert.equal((await ground.user("load"))?.keys.size, 1);
    figures("load", { rotations: ROTATIONS, ...clients.counts, seconds: Math.round((Date.now() - started) / 1000) });
    assert.deepEqual(clients.complaints, []);
  });

  it("is not so where a fixed secret is replaced in place", async () => {
    const inputs = (turn: number) => ({
      uid: "cut",
      displayName: "Cut",
      accessKey: "a-fixed-access-key",
      secretKey: `a-secret-with-the-number-${turn}-of-forty-chars`,
    });
    const rotator = await startRotator({ env: ground.env });
    try {
      const { key } = await rotator.up(inputs(0));
      assert.ok(key);
      const clients = await startClients(ground.ceph.endpoints, key, { clients: CLIENTS, bucket: "cut", chance });
      try {
        for (let turn = 1; turn <= CUTS; turn++) await rotate(rotator, inputs(turn), clients, 500);
      } finally {
        await clients.stop();
      }
      figures("the contrast", { "secrets replaced in place": CUTS, ...clients.counts });
      assert.ok(clients.counts.refused > 0, "the contrast must show refusals");
      places["what the other rotator said"] = (await rotator.said()).join("\n");
    } finally {
      await rotator.end();
    }
  });

  it("showed no secret and wrote none in clear", async () => {
    const all: Places = { ...places, ...stack.places() };
    const own = Array.from({ length: CUTS + 1 }, (_, turn) => `a-secret-with-the-number-${turn}-of-forty-chars`);
    const { found, ...searched } = search(all, [...(await ground.secrets()), ...own]);
    figures("leaks of load", { ...searched, leaks: found.length });
    assert.deepEqual(found, []);
  });

  /** One rotation. When it resolves, the clients have the new key and the old one's grace is over: the next up ends it. */
  async function rotate(rotator: Rotator, inputs: object, clients: Clients, withinMs = PICKED_UP_MS): Promise<void> {
    const { did, error, key, expiresAt } = await rotator.up({ ...inputs });
    assert.equal(did, "updated", error);
    assert.ok(key);
    await clients.publish(key, withinMs);
    if (expiresAt) await until(expiresAt);
  }

  /** Resolves at a moment, which is not long away. */
  async function until(moment: unknown): Promise<void> {
    await sleep(Math.max(0, Date.parse(String(moment)) - Date.now()));
  }
});
