/**
 * Faults of the real Ceph, each by its real switch: a gateway that throttles, a storage daemon that stands still, a
 * gateway that is restarted in the middle, a second gateway that is frozen. A run ends right or in a sentence, and the
 * next one finishes; no key is made twice, and what consumers hold keeps working.
 *
 *   OBJECT_USERS_LONG=1 npx mocha -r ts-node/register/transpile-only tests/proofs/faults.test.ts
 *   (with Ceph's own patience for a gateway that does not answer: writes take up to 30 s)
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "../../tools/ceph/cluster";
import { needCeph } from "../real/needs";
import { type Outcome, Stack, type Values } from "./ground/engine";
import { figures, type Ground, openGround } from "./ground/ground";
import { search } from "./ground/leaks";
import { startWire } from "./ground/wire";

/** The default timeoutSeconds: longer than any write that waits for a dead gateway. */
const WRITE_SECONDS = 60;
const LONG = process.env.OBJECT_USERS_LONG === "1";
/** A sentence of ours: what was being done, to whom, what is wrong. */
const SENTENCE = /^[a-z][a-z -]+ (user|key|the) .+: .+\.$/s;

describe("faults of the real Ceph", function () {
  this.timeout(LONG ? 400_000 : 120_000);
  let ground: Ground;
  const said: string[] = [];

  before(async function () {
    await needCeph(this);
    // How long a write waits for a gateway that is dead or frozen. Ceph's own value is 30; the proof is the same with 3.
    const patience = LONG ? [] : ["osd_client_watch_timeout = 3"];
    ground = await openGround({ gateways: 2, conf: patience });
  });
  after(() => ground?.close());

  const inputs = (uid: string, rotationId: string): Values => ({
    uid,
    displayName: uid,
    rotationId,
    gracePeriodSeconds: 3600,
  });
  const open = (timeoutSeconds: number, env: Ground["env"] = ground.env) =>
    new Stack({ env, config: { "rgw:timeoutSeconds": timeoutSeconds }, said });

  /** A user with a first key. */
  async function settled(uid: string, timeoutSeconds: number): Promise<{ stack: Stack; first: Credentials }> {
    const stack = open(timeoutSeconds);
    const { did, error } = await stack.up(inputs(uid, "1"));
    assert.equal(did, "created", error);
    return { stack, first: stack.key };
  }

  function assertSaid({ did, error = "" }: Outcome, pattern = SENTENCE): void {
    if (did !== "failed") return;
    assert.match(error, SENTENCE);
    assert.match(error, pattern);
  }

  /** A run that gave up said a sentence, and the next one finishes. 1 if it gave up. */
  async function finished(outcome: Outcome, stack: Stack, rotation: Values): Promise<number> {
    assertSaid(outcome);
    if (outcome.did !== "failed") return 0;
    const next = await stack.up(rotation);
    assert.notEqual(next.did, "failed", next.error);
    return 1;
  }

  /** Resolves when Ceph shows so many keys of a user. */
  async function listed(uid: string, keys: number): Promise<void> {
    while ((await ground.user(uid))?.keys.size !== keys) await sleep(10);
  }

  /** Resolves when Ceph waits for no dead gateway any more: a write does so as long as one is missed. */
  async function quiet(): Promise<void> {
    await ground.admin("PUT", { uid: `quiet-${Date.now()}`, "display-name": "Quiet" });
  }

  /** State and Ceph have the same keys, and S3 accepts those that consumers may hold. */
  async function assertAgreed(stack: Stack, uid: string, held: readonly Credentials[]): Promise<void> {
    const live = await ground.user(uid);
    assert.deepEqual([...(live?.keys.keys() ?? [])].sort(), [...stack.ring].sort());
    for (const key of held) assert.equal(await ground.asks(key), "200", `S3's answer to ${key.accessKey}`);
  }

  it("a gateway that throttles: real 503s, and every user is made", async () => {
    const throttled = await ground.ceph.addGateway({ conf: ["rgw_max_concurrent_requests = 2"] });
    const wire = await startWire(throttled);
    const users = 40;
    const stacks = Array.from({ length: users }, () => open(20, { ...ground.env, RADOSGW_ENDPOINT: wire.endpoint }));
    // All of them reach the gateway before it can act on the first, however slowly this machine sends.
    ground.ceph.freezeOsd();
    const under = Promise.all(stacks.map((stack, i) => stack.up(inputs(`throttled-${i}`, "1"))));
    while (wire.passed.length < users) await sleep(10);
    ground.ceph.thawOsd();
    const first = await under;
    for (const outcome of first) assertSaid(outcome, /later|overloaded/);
    const failed = first.filter(({ did }) => did === "failed").length;
    for (const [i, stack] of stacks.entries()) {
      const { did, error } =
        first[i]?.did === "failed" ? await stack.up(inputs(`throttled-${i}`, "1")) : { did: "made" };
      assert.notEqual(did, "failed", error);
      await assertAgreed(stack, `throttled-${i}`, [stack.key]);
    }
    const slow = wire.passed.filter(({ status }) => status === 503).length;
    await wire.close();
    figures("a throttled gateway", { users, "answers 503": slow, "runs that gave up": failed });
    assert.ok(slow > 0, "the gateway must have throttled");
  });

  it("a storage that stands still: a sentence in time, and the next run goes on, whatever arrives late", async () => {
    const counts = { freezes: 0, sentences: 0, "late changes of a published key": 0 };
    const { stack, first } = await settled("storage", 0.4);
    const held = [first];
    for (let turn = 2; turn <= 3; turn++) {
      ground.ceph.freezeOsd();
      counts.freezes++;
      const stuck = await stack.up(inputs("storage", String(turn))).finally(() => ground.ceph.thawOsd());
      assert.equal(stuck.did, "failed", "nothing can be written");
      counts.sentences++;
      assertSaid(stuck, /no answer from .* within 0\.4 s/);
      // At once, while what was sent before may still be under way.
      let next = await stack.up(inputs("storage", String(turn)));
      for (let more = 0; next.did === "failed" && more < 1; more++) {
        assertSaid(next);
        next = await stack.up(inputs("storage", String(turn)));
      }
      assert.notEqual(next.did, "failed", next.error);
      held.push(stack.key);
      for (let look = 0; look < 20; look++) {
        if ((await ground.asks(stack.key)) !== "200") counts["late changes of a published key"]++;
        await sleep(50);
      }
      await assertAgreed(stack, "storage", held);
    }
    figures("a storage that stands still", counts);
    assert.equal(counts["late changes of a published key"], 0);
  });

  it("a gateway that is restarted in the middle of a rotation", async () => {
    const counts = { restarts: 0, "runs that gave up": 0 };
    const { stack, first } = await settled("restarted", WRITE_SECONDS);
    const held = [first];
    for (const [i, moment] of (["before", "during", "answered"] as const).entries()) {
      const rotation = inputs("restarted", String(i + 2));
      let restarted: Promise<void> = Promise.resolve();
      ground.wire.trap(2, moment, () => {
        restarted = ground.ceph.restartGateway(0);
      });
      const outcome = await stack.up(rotation);
      assert.equal(ground.wire.disarm(), false, "the gateway was restarted");
      await restarted;
      counts.restarts++;
      counts["runs that gave up"] += await finished(outcome, stack, rotation);
      held.push(stack.key);
      await assertAgreed(stack, "restarted", held);
      await quiet();
    }
    figures("a restarted gateway", counts);
  });

  for (const [what, nth] of Object.entries({ "a rotation": 2, "a new user": 1 })) {
    it(`a gateway that dies between a key and its index entry, in ${what}`, async () => {
      const uid = `half-${nth}`;
      const stack = nth === 1 ? open(WRITE_SECONDS) : (await settled(uid, WRITE_SECONDS)).stack;
      const held = stack.kept ? [stack.key] : [];
      // The gateway stores the user, then tells the other one, which does not answer; the index entry would come last.
      ground.ceph.freezeGateway(1);
      let restarted: Promise<void> = Promise.resolve();
      ground.wire.trap(nth, "during", () => {
        restarted = listed(uid, held.length + 1).then(() => ground.ceph.restartGateway(0));
      });
      const outcome = await stack.up(inputs(uid, "2")).finally(() => ground.ceph.thawGateway(1));
      await restarted;
      await finished(outcome, stack, inputs(uid, "2"));
      await assertAgreed(stack, uid, [...held, stack.key]);
      await quiet();
    });
  }

  it("a second gateway that is frozen: a sentence in time, and the next run goes on", async () => {
    const { stack, first } = await settled("frozen", 1);
    ground.ceph.freezeGateway(1);
    const stuck = await stack.up(inputs("frozen", "2")).finally(() => ground.ceph.thawGateway(1));
    assertSaid(stuck, /no answer from .* within 1 s/);
    const next = await stack.up(inputs("frozen", "2"));
    assertSaid(next);
    if (next.did === "failed") assert.notEqual((await stack.up(inputs("frozen", "2"))).did, "failed");
    await assertAgreed(stack, "frozen", [first, stack.key]);
    figures("a frozen second gateway", { "first run": stuck.did });
  });

  it("a second gateway that is frozen: with the default timeout the write ends right", async () => {
    const { stack, first } = await settled("patient", WRITE_SECONDS);
    ground.ceph.freezeGateway(1);
    const started = Date.now();
    const { did, error } = await stack.up(inputs("patient", "2")).finally(() => ground.ceph.thawGateway(1));
    assert.equal(did, "updated", error);
    await assertAgreed(stack, "patient", [first, stack.key]);
    figures("a frozen second gateway, patiently", {
      "seconds until it was done": Math.round((Date.now() - started) / 1000),
    });
  });

  it("showed no secret", async () => {
    const { found, ...searched } = search({ "lines and errors": said.join("\n") }, await ground.secrets());
    figures("leaks of faults", { ...searched, leaks: found.length });
    assert.deepEqual(found, []);
  });
});
