/**
 * Races on a real Ceph with two gateways: two stacks, or two runs of one, change a user at the same moment. Whatever
 * each of them says must be true when the dust has settled: a success whose key S3 refuses is a wrong success. A writer
 * that brings a user back which another run has just deleted must have a user that works, or say what is wrong.
 * Everything else ends in a sentence, and the next run puts it right.
 *
 *   OBJECT_USERS_ROUNDS=500 npx mocha -r ts-node/register/transpile-only tests/proofs/races.test.ts
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Places, search } from "../real/leaks";
import { needCeph } from "../real/needs";
import { type Outcome, Stack, type Values } from "./ground/engine";
import { figures, type Ground, openGround } from "./ground/ground";
import { type Chance, chanceOf, seed, size } from "./ground/seed";

const ROUNDS = size("OBJECT_USERS_ROUNDS", 1);

/** What each of the two does, from where both begin. */
interface Race {
  /** What both stacks know before; undefined: there is no such user yet. */
  readonly before?: Values;
  readonly left: Values | "destroy";
  readonly right: Values | "destroy";
  /** They are two resources, in stacks of their own. Default: two runs of one, which Pulumi's lock did not keep apart. */
  readonly areStrangers?: boolean;
}

const BASE = { displayName: "Racer", rotationId: "1", gracePeriodSeconds: 3600 };

const RACES: Readonly<Record<string, Race>> = {
  "two stacks make one user, with the same rotation": { left: BASE, right: BASE, areStrangers: true },
  "two stacks make one user, with rotations of their own": {
    left: BASE,
    right: { ...BASE, rotationId: "2" },
    areStrangers: true,
  },
  "two runs make one user, with the same rotation": { left: BASE, right: BASE },
  "two runs make one user, with rotations of their own": { left: BASE, right: { ...BASE, rotationId: "2" } },
  "two runs rotate to the same rotation": {
    before: BASE,
    left: { ...BASE, rotationId: "2" },
    right: { ...BASE, rotationId: "2" },
  },
  "two runs rotate to rotations of their own": {
    before: BASE,
    left: { ...BASE, rotationId: "2" },
    right: { ...BASE, rotationId: "3" },
  },
  "two runs rotate without a grace and end the same key": {
    before: BASE,
    left: { ...BASE, rotationId: "2", gracePeriodSeconds: 0 },
    right: { ...BASE, rotationId: "3", gracePeriodSeconds: 0 },
  },
  "two runs change settings": {
    before: BASE,
    left: { ...BASE, displayName: "Left" },
    right: { ...BASE, maxBuckets: 7 },
  },
  "a change races a delete": { before: BASE, left: { ...BASE, displayName: "Left" }, right: "destroy" },
  "a rotation races a delete": { before: BASE, left: { ...BASE, rotationId: "2" }, right: "destroy" },
  "two runs delete": { before: BASE, left: "destroy", right: "destroy" },
};

const KEPT = "users that Ceph kept although it answered 200 to their deletion";

/** A sentence of ours: what was being done, to whom, what is wrong. */
const SENTENCE = /^[a-z][a-z -]+ (user|key|the) .+: .+\.$/s;

describe("races on a real Ceph", function () {
  this.timeout(60_000 + ROUNDS * 1_000 * Object.keys(RACES).length);
  let ground: Ground;
  let chance: Chance;
  const said: string[] = [];
  const secrets = new Set<string>();
  let number = 0;

  before(async function () {
    await needCeph(this);
    chance = chanceOf(seed());
    console.log(`      seed ${chance.seed}, ${ROUNDS} rounds each`);
    ground = await openGround({ gateways: 2 });
  });
  after(async () => {
    if (ground === undefined) return;
    const places: Places = { "lines and errors": said.join("\n") };
    const leaks = search(places, [...secrets, ...(await ground.secrets())]);
    await ground.close();
    assert.deepEqual(leaks.found, []);
  });

  for (const [name, race] of Object.entries(RACES)) {
    it(`${name}: each ends right or in a sentence`, async () => {
      const counts = {
        rounds: 0,
        successes: 0,
        sentences: 0,
        "wrong successes": 0,
        "left unfinished": 0,
        "users that a writer brought back": 0,
        [KEPT]: 0,
      };
      const wrong: string[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const { outcomes, faults, unfinished, cameBack, kept } = await run(race);
        if (kept) counts[KEPT]++;
        if (cameBack) counts["users that a writer brought back"]++;
        counts.rounds++;
        for (const { did } of outcomes) counts[did === "failed" ? "sentences" : "successes"]++;
        counts["wrong successes"] += faults.length;
        counts["left unfinished"] += unfinished.length;
        const ended = outcomes.map(({ did, error }) => error ?? did).join(" | ");
        wrong.push(...[...faults, ...unfinished].map((fault) => `round ${round}: ${fault} (${ended})`));
      }
      figures(`race, ${name}`, counts);
      assert.deepEqual(wrong, []);
    });
  }

  /** One round with a user of its own. */
  async function run(race: Race) {
    const uid = `racer-${++number}`;
    const [left, right] = await open(uid, race);
    const declared = (values: Values) => ({ ...values, uid });
    const act = (stack: Stack, deed: Values | "destroy") =>
      deed === "destroy" ? stack.destroy() : stack.up(declared(deed));
    const lead = chance.next() * 6 - 3;
    const start = async (stack: Stack, deed: Race["left"], afterMs: number) => {
      if (afterMs > 0) await sleep(afterMs);
      return act(stack, deed);
    };
    const outcomes = await Promise.all([start(left, race.left, lead), start(right, race.right, -lead)]);
    const faults = [
      ...(await untrue(uid, left, race.left, outcomes[0])),
      ...(await untrue(uid, right, race.right, outcomes[1])),
    ];
    const cameBack = race.left !== "destroy" && outcomes[1].did === "deleted" && (await ground.user(uid)) !== undefined;
    for (const stack of [left, right]) await remember(stack);
    const { unfinished, kept } = await finish(uid, race, left, right, outcomes);
    return { outcomes, faults, unfinished, cameBack, kept };
  }

  /** Two stacks, each at a gateway of its own, that know the same. */
  async function open(uid: string, { before, areStrangers = false }: Race): Promise<[Stack, Stack]> {
    const at = (index: number) => ({ ...ground.env, RADOSGW_ENDPOINT: ground.ceph.endpoints[index] ?? "" });
    const left = new Stack({ env: at(0), said });
    if (before) assert.equal((await left.up({ ...before, uid })).did, "created");
    const stranger = areStrangers ? { identity: "the resource of another stack" } : {};
    return [left, new Stack({ env: at(1), said, ...stranger }, left.kept)];
  }

  /** What is not true about a success, and what is no sentence about a failure. */
  async function untrue(
    uid: string,
    stack: Stack,
    deed: Race["left"],
    { did, error = "" }: Outcome,
  ): Promise<string[]> {
    if (did === "failed") return SENTENCE.test(error) ? [] : [`this is no sentence: ${error}`];
    const live = await ground.user(uid);
    if (deed === "destroy") return []; // A racing writer may bring it back; then he answers for it.
    if (live === undefined) return []; // The other one deleted it, afterwards.
    const { accessKey, secretKey } = stack.key;
    const answers = await Promise.all(ground.ceph.endpoints.map((endpoint) => ground.asks(stack.key, endpoint)));
    const kept =
      live.keys.get(accessKey) === secretKey ? "has it" : live.keys.has(accessKey) ? "has another secret" : "lacks it";
    return answers.every((answer) => answer === "200")
      ? []
      : [`${did}, they said, and S3 answers ${answers.join(" and ")} to the published key; Ceph ${kept}`];
  }

  /** After the race, one more run of each must put right what it says, and deletes must leave nothing behind. */
  async function finish(uid: string, race: Race, left: Stack, right: Stack, outcomes: Outcome[]) {
    const faults: string[] = [];
    for (const [i, stack] of [left, right].entries()) {
      const deed = i === 0 ? race.left : race.right;
      if (deed === "destroy" || race.right === "destroy" || stack.kept === undefined) continue;
      await stack.refresh();
      const { did, error } = await stack.up({ ...deed, uid });
      if (did === "failed") faults.push(`after ${outcomes[i]?.did}, the next up failed: ${error}`);
      else if ((await ground.asks(stack.key)) !== "200") faults.push("the next up did not help");
      await remember(stack);
    }
    for (const stack of [left, right]) {
      const { did, error } = await stack.destroy();
      if (did === "failed") faults.push(`the next destroy failed: ${error}`);
    }
    // After two creations that both succeeded, Ceph may answer 200 to a deletion and keep the user; a second one removes it.
    const kept = (await ground.user(uid)) !== undefined;
    if (kept) await ground.admin("DELETE", { uid });
    return { unfinished: faults, kept };
  }

  async function remember({ kept }: Stack): Promise<void> {
    for (const name of ["secretKey", "previousSecretKey"]) {
      const secret = kept?.outputs[name];
      if (typeof secret === "string") secrets.add(secret);
    }
  }
});
