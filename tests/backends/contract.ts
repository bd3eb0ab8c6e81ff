/**
 * The contract: what every system's users do, as one table of stories. Each runs for every backend, as a single user and as
 * a member of a fleet. What a system cannot do is told by its capabilities and by the inputs that it accepts, never by its
 * name. A story names the user only by what an adapter says of it.
 */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import type { Capabilities } from "../../provider/lifecycle/model";
import { importContentOf } from "../../provider/operator/import";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import type { Adapter, Key } from "./adapter";
import { type Mishap, openStack, type Shape, type Stack } from "./stack";

const GRACE = { gracePeriodSeconds: 120 };

/** What a story is told. */
interface Scene {
  readonly adapter: Adapter;
  /** The inputs that give the setting a value. */
  readonly set: (which: "first" | "next" | "others") => Inputs;
  readonly can: Capabilities;
  /** Whether an input may have this value. */
  readonly accepts: (input: string, value: unknown) => boolean;
  /** Another stack on a system of its own. */
  open(): Promise<Stack>;
}

type Story = (stack: Stack, scene: Scene) => Promise<void>;
type Where = (can: Capabilities, accepts: Scene["accepts"], adapter: Adapter) => boolean;

const always: Where = () => true;
const rotatesKeys: Where = ({ rotates }) => rotates === "keys";
const movesDeadlines: Where = ({ deadline }) => deadline === "free";
const fixesDeadlines: Where = ({ deadline }) => deadline !== "free";
const showsKeys: Where = ({ secretsReadable }) => secretsReadable;

// --- what stories ask again and again

const works = async (stack: Stack, key: Key = stack.key()) =>
  assert.equal(await stack.system.s3(key), "200", "the key works");
const refused = async (stack: Stack, key: Key) =>
  assert.match(await stack.system.s3(key), /^40[13]/, "the key is refused");
const isQuiet = async (stack: Stack, inputs: Inputs) => {
  stack.asked.length = 0;
  await stack.up(inputs);
  assert.deepEqual(
    stack.asked.map(({ method, url }) => `${method} ${url.pathname}`),
    [],
    "nothing is asked",
  );
};
const ringOf = (outputs: Outputs) => outputs.keys as { id: string; rotationId: string; provenAt?: string }[];
const isOne = async ({ system, name }: Stack) => assert.equal(await system.count(name), 1, "one user of the name");
const hasKeys = async ({ system, name }: Stack, count: number) =>
  assert.equal(await system.keys(name), count, "so many keys on the system");
/** A request to S3, which proves a key. */
const isS3 = ({ url, headers }: Stack["asked"][number]) =>
  /^AWS4/.test(String(headers.Authorization ?? headers.authorization)) && !url.pathname.includes("/admin/");
const spoilS3 = (stack: Stack) => {
  stack.mishap = (request) => (isS3(request) ? { kind: "answer", status: 500 } : undefined);
};
const secondsLeft = ({ outputs, world }: Stack) =>
  (Date.parse(String(outputs().previousKeyExpiresAt)) - world.now().getTime()) / 1000;

const KILLED_AFTER: Mishap = { kind: "kill", when: "after" };
const FORBIDDEN: Mishap = { kind: "answer", status: 403 };
const FOR_FLEETS: readonly Mishap[] = [faults.cutAfter, KILLED_AFTER, FORBIDDEN, faults.html];

/** Other answers than an answer: whether the system acted is not to be seen. */
const LOST: readonly [what: string, mishap: Mishap][] = [
  ["the request is cut before the system acts", faults.cutBefore],
  ["the answer is cut off", faults.cutAfter],
  ["half of the answer comes", faults.truncate],
  ["no answer comes in time", faults.hangAfter],
  ["500 is answered, and nothing done", { kind: "answer", status: 500 }],
  ["500 is answered after all was done", { kind: "answer", when: "after", status: 500 }],
  ["a proxy answers 503 after all was done", faults.proxyGaveUp],
  ["the process is killed before the request", { kind: "kill", when: "before" }],
  ["the process is killed after it", KILLED_AFTER],
];

/** Answers from which nobody may conclude that a user is gone. */
const NOT_GONE: readonly [what: string, mishap: Mishap][] = [
  ["403", FORBIDDEN],
  ["404 without a body", { kind: "answer", status: 404 }],
  [
    "404 with HTML",
    { kind: "answer", status: 404, body: "<h1>Not Found</h1>", headers: { "content-type": "text/html" } },
  ],
  ["405", { kind: "answer", status: 405 }],
  ["500", { kind: "answer", status: 500 }],
  ["503", { kind: "answer", status: 503 }],
  ["502 with HTML", faults.html],
  ["200 with nothing", { kind: "answer", status: 200 }],
  ["200 with null", { kind: "answer", status: 200, body: "null" }],
  ["200 with HTML", { kind: "answer", status: 200, body: "<html></html>" }],
  ["200 with something else", { kind: "answer", status: 200, body: "{}" }],
  ["302", { kind: "answer", status: 302, headers: { location: "https://elsewhere.test/" } }],
  ["half an answer", faults.truncate],
  ["a reset", faults.cutBefore],
  ["no answer in time", faults.hangBefore],
];

/** The next run, of another process. A secret that nobody chose and nobody can read is lost with its answer, and is renewed. */
async function resume(stack: Stack, inputs: Inputs, { chooseAccessKey, chooseSecret }: Capabilities): Promise<void> {
  const isLost = !chooseAccessKey && !chooseSecret && inputs.rotationId === "2";
  stack.mishap = undefined;
  await stack.restart();
  await stack.up(isLost ? { ...inputs, gracePeriodSeconds: 0 } : inputs);
}

/**
 * Whether the next run takes the user for somebody else's, and adopts it then: where a key shows nothing of who made it, a
 * run that is killed between the last request, which takes the mark off, and the writing of state leaves nothing to know by.
 */
async function isForeignNow(stack: Stack, inputs: Inputs): Promise<boolean> {
  await stack.restart();
  const problem = await stack.tries(inputs);
  if (problem === undefined) return false;
  assert.match(problem, /Set adopt: true/);
  await stack.up({ ...inputs, adopt: true });
  await works(stack);
  await isOne(stack);
  return true;
}

/** What state has of the user, whether the last run failed or not. */
function standing({ engine }: Stack): unknown {
  const { halfMade: _, ...rest } = engine.stored ?? assert.fail("the user left the state");
  return structuredClone(rest);
}

/**
 * Each request of an up goes wrong once, each on a system of its own: `prepare`, then `inputs` with the mishap, then again
 * without it. What is published works in between, and `check` holds afterwards.
 */
async function eachRequest(
  { open, can, adapter }: Scene,
  mishap: Mishap,
  { prepare, inputs }: { readonly prepare?: Inputs; readonly inputs: Inputs },
  check: (stack: Stack, before: Key | undefined) => Promise<void>,
): Promise<void> {
  let foreign = 0;
  for (let nth = 0, isDone = false; !isDone; nth++) {
    const stack = await open();
    if (prepare) await stack.up(prepare);
    const before = prepare && stack.key();
    const isLocked = before !== undefined && (await stack.system.s3(before)) !== "200";
    stack.asked.length = 0;
    const at = stack.asked.length;
    isDone = true;
    stack.mishap = (request, number) => {
      const isHit = adapter.isReal ? request.method !== "GET" : true;
      if (number - at !== nth || !isHit) {
        if (number - at === nth) isDone = false;
        return undefined;
      }
      isDone = false;
      stack.mishap = undefined;
      return mishap;
    };
    try {
      const problem = await stack.tries(inputs);
      if (before && !isLocked) await works(stack);
      const mayBeForeign = problem === "killed" && can.rotates === "secrets" && !prepare;
      if (mayBeForeign && (await isForeignNow(stack, inputs))) {
        assert.equal(++foreign, 1, "by the last request only");
        continue;
      }
      if (problem !== undefined) await resume(stack, inputs, can);
      await isOne(stack);
      await works(stack);
      await isQuiet(stack, { ...inputs, gracePeriodSeconds: stack.outputs().gracePeriodSeconds });
      await check(stack, before);
      stack.assertNoLeak();
      await stack.assertBystanderUntouched();
    } catch (error) {
      const { method, url } = stack.asked[nth] ?? {};
      assert.fail(
        `request ${nth}, ${method} ${url?.pathname}: ${(error as Error).message}\n${stack.world.lines.join("\n")}`,
      );
    }
  }
}

// --- the stories

const STORIES: readonly [title: string, where: Where, story: Story][] = [
  [
    "is made: its key opens S3, is marked as a secret, and stands in the ring as proven",
    always,
    async (stack) => {
      const outputs = await stack.up({ rotationId: "1" });
      await works(stack);
      await isOne(stack);
      await hasKeys(stack, 1);
      assert.deepEqual(
        ringOf(outputs).map(({ rotationId, provenAt }) => [rotationId, typeof provenAt]),
        [["1", "string"]],
      );
      assert.equal(stack.engine.stored?.id, outputs.userId);
      assert.ok(stack.engine.stored?.secrets.includes("secretKey"));
      assert.equal(stack.engine.stored?.halfMade, false);
    },
  ],
  [
    "has nothing to do afterwards, nor after a refresh, and then asks nothing",
    always,
    async (stack) => {
      const before = await stack.up();
      await isQuiet(stack, {});
      await stack.engine.refresh();
      assert.deepEqual(stack.outputs(), before);
      await isQuiet(stack, {});
    },
  ],
  [
    "with prove: false sends nothing to S3",
    always,
    async (stack) => {
      stack.asked.length = 0;
      const outputs = await stack.up({ prove: false });
      assert.deepEqual(stack.asked.filter(isS3), []);
      assert.equal(ringOf(outputs)[0]?.provenAt, undefined);
      await works(stack);
      await isQuiet(stack, { prove: false });
    },
  ],
  [
    "with createKey: false has no key, until it is to have one; taken back, it keeps it",
    (_, accepts) => accepts("createKey", false),
    async (stack) => {
      const outputs = await stack.up({ createKey: false });
      assert.equal(outputs.accessKey, undefined);
      await hasKeys(stack, 0);
      await stack.up({});
      await works(stack);
      await stack.up({ createKey: false });
      await works(stack);
    },
  ],
  [
    "changes a setting in place, and gives it back what it was when it is declared no more",
    always,
    async (stack, { set, adapter: { setting } }) => {
      const { userId } = await stack.up();
      const key = stack.key();
      const was = await stack.system.look(stack.name);
      for (const which of ["first", "next"] as const) {
        await stack.up(set(which));
        assert.deepEqual(await stack.system.look(stack.name), setting[which]);
        await isQuiet(stack, set(which));
      }
      await stack.up();
      assert.deepEqual(await stack.system.look(stack.name), was);
      assert.deepEqual([stack.outputs().userId, stack.key()], [userId, key]);
      await works(stack);
    },
  ],
  [
    "shows by its name what somebody changed, and puts it right",
    always,
    async (stack, { set, adapter: { setting } }) => {
      for (const inputs of [set("first"), {}]) {
        await stack.up(inputs);
        const [was, before] = [await stack.system.look(stack.name), stack.engine.stored?.inputs ?? {}];
        await stack.system.change(stack.name);
        await stack.engine.refresh();
        const { inputs: after = {} } = stack.engine.stored ?? {};
        assert.deepEqual(after, { ...before, [setting.name]: setting.others });
        await stack.up(inputs);
        assert.deepEqual(await stack.system.look(stack.name), was);
        await stack.engine.refresh();
        await isQuiet(stack, inputs);
      }
      await works(stack);
    },
  ],
  [
    "lets a change of somebody else be where the program ignores changes",
    always,
    async (stack, { set, adapter: { setting } }) => {
      await stack.up(set("first"));
      await stack.system.change(stack.name);
      await stack.engine.refresh();
      // With ignoreChanges: ["*"] the engine gives state's inputs, as if the program had said them.
      await stack.engine.up(stack.engine.stored?.inputs ?? {});
      assert.equal(stack.engine.stored?.halfMade, false);
      assert.deepEqual(await stack.system.look(stack.name), setting.others);
    },
  ],
  [
    "is given another key when somebody ended its own",
    showsKeys,
    async (stack) => {
      await stack.up();
      for (const isIgnored of [false, true]) {
        const gone = stack.key();
        await stack.system.endKey?.(stack.name, gone);
        await stack.engine.refresh();
        assert.equal(stack.outputs().secretKey, gone.secretKey, "it stays published until there is another");
        await stack.engine.up(isIgnored ? (stack.engine.stored?.inputs ?? {}) : stack.inputs);
        assert.notEqual(stack.key().secretKey, gone.secretKey);
        await works(stack);
        await stack.engine.refresh();
        await isQuiet(stack, {});
      }
    },
  ],
  [
    "forgets a retired key that somebody ended",
    showsKeys,
    async (stack) => {
      await stack.up({ rotationId: "1" });
      const old = stack.key();
      await stack.up({ rotationId: "2" });
      await stack.system.endKey?.(stack.name, old);
      await stack.engine.refresh();
      assert.equal(stack.outputs().previousSecretKey, undefined);
      await isQuiet(stack, { rotationId: "2" });
    },
  ],
  [
    "that somebody removed is reported as gone, and made anew",
    always,
    async (stack) => {
      await stack.up();
      const gone = stack.key();
      await stack.system.remove(stack.name);
      await refused(stack, gone);
      await stack.engine.refresh();
      assert.equal(stack.engine.stored, undefined);
      await stack.restart();
      await stack.up();
      await works(stack);
      await isOne(stack);
    },
  ],
  [
    "that somebody removed is made anew by an update that finds it gone",
    always,
    async (stack, { set }) => {
      await stack.up({ rotationId: "1" });
      await stack.system.remove(stack.name);
      await stack.up({ ...set("first"), rotationId: "2" });
      await works(stack);
      await isOne(stack);
      await isQuiet(stack, { ...set("first"), rotationId: "2" });
    },
  ],
  [
    "is locked: no key works, none is lost, and a rotation is proven all the same; unlocked, all work again",
    (_can, _accepts, { lock }) => lock !== undefined,
    async (stack, { adapter: { lock = {} } }) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const old = stack.key();
      await stack.up({ ...GRACE, ...lock, rotationId: "1" });
      await refused(stack, old);
      await stack.up({ ...GRACE, ...lock, rotationId: "2" });
      await refused(stack, stack.key());
      assert.equal(typeof ringOf(stack.outputs()).at(-1)?.provenAt, "string");
      await stack.up({ ...GRACE, rotationId: "2" });
      for (const key of [old, stack.key()]) await works(stack, key);
    },
  ],
  [
    "becomes another user when the program says so, and the former one goes",
    (_can, _accepts, { backend, user }) => backend.replaceOn.some((input) => user("ann")[input] !== user("bob")[input]),
    async (stack, { adapter }) => {
      await stack.up();
      const former = stack.key();
      const other = `${stack.name}-b`;
      assert.equal(await stack.engine.up({ ...adapter.user(other) }), "replaced");
      await works(stack);
      assert.deepEqual([await stack.system.count(stack.name), await stack.system.count(other)], [0, 1]);
      await refused(stack, former);
    },
  ],

  // --- rotation
  [
    "rotates with a grace: both keys work until it is over, and then the new one",
    always,
    async (stack, { can }) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const old = stack.key();
      await stack.up({ ...GRACE, rotationId: "2" });
      assert.deepEqual(stack.previous(), old);
      assert.notEqual(stack.key().secretKey, old.secretKey);
      assert.equal(stack.key().accessKey === old.accessKey, can.rotates === "secrets");
      assert.deepEqual([...(stack.engine.stored?.secrets ?? [])].filter((name) => name !== "password").sort(), [
        "previousSecretKey",
        "secretKey",
      ]);
      assert.ok(Math.abs(secondsLeft(stack) - 120) < 10, `it ends in ${secondsLeft(stack)} s`);
      stack.world.advance(secondsLeft(stack) - 2);
      await works(stack, old);
      await works(stack);
      await isQuiet(stack, { ...GRACE, rotationId: "2" });
      stack.world.advance(3);
      await stack.up({ ...GRACE, rotationId: "2" });
      await refused(stack, old);
      await works(stack);
      await hasKeys(stack, 1);
      assert.equal(stack.outputs().previousAccessKey, undefined);
      assert.equal(ringOf(stack.outputs()).length, 1);
      await isQuiet(stack, { ...GRACE, rotationId: "2" });
    },
  ],
  [
    "rotates without a grace: the old key is refused once the new one is proven",
    always,
    async (stack) => {
      await stack.up({ rotationId: "1" });
      const old = stack.key();
      await stack.up({ rotationId: "2", gracePeriodSeconds: 0 });
      await refused(stack, old);
      await works(stack);
      await hasKeys(stack, 1);
      assert.equal(stack.outputs().previousSecretKey, undefined);
      await isQuiet(stack, { rotationId: "2", gracePeriodSeconds: 0 });
    },
  ],
  [
    "goes back to the key before within its grace, which is current again",
    rotatesKeys,
    async (stack) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const old = stack.key();
      await stack.up({ ...GRACE, rotationId: "2" });
      const newer = stack.key();
      await stack.up({ ...GRACE, rotationId: "1" });
      assert.deepEqual([stack.key(), stack.previous()], [old, newer]);
      await works(stack);
      stack.world.advance(121);
      await stack.up({ ...GRACE, rotationId: "1" });
      await refused(stack, newer);
      await works(stack, old);
    },
  ],
  [
    "makes another key of a rotation whose grace is over",
    rotatesKeys,
    async (stack) => {
      await stack.up({ gracePeriodSeconds: 0, rotationId: "1" });
      const old = stack.key();
      await stack.up({ gracePeriodSeconds: 0, rotationId: "2" });
      await stack.up({ gracePeriodSeconds: 0, rotationId: "1" });
      assert.notEqual(stack.key().secretKey, old.secretKey);
      await works(stack);
      await refused(stack, old);
      await hasKeys(stack, 1);
    },
  ],
  [
    "moves a running deadline with the grace, and leaves each retired key its own",
    movesDeadlines,
    async (stack) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const one = stack.key();
      await stack.up({ ...GRACE, rotationId: "2" });
      const two = stack.key();
      stack.world.advance(60);
      await stack.up({ gracePeriodSeconds: 600, rotationId: "3" });
      assert.deepEqual(stack.previous(), two);
      stack.world.advance(300);
      await stack.up({ gracePeriodSeconds: 600, rotationId: "3" });
      for (const key of [one, two]) await works(stack, key);
      await stack.up({ gracePeriodSeconds: 330, rotationId: "3" });
      await refused(stack, one);
      await works(stack, two);
      await stack.up({ gracePeriodSeconds: 0, rotationId: "3" });
      await refused(stack, two);
      await works(stack);
      await hasKeys(stack, 1);
    },
  ],
  [
    "refuses to go back, and to put the end of a running grace off, where the system ends it",
    fixesDeadlines,
    async (stack, { can }) => {
      await stack.up({ rotationId: "1" });
      const first = stack.key();
      await stack.up({ rotationId: "2", gracePeriodSeconds: 3600 });
      const second = stack.key();
      const put = { rotationId: "2", gracePeriodSeconds: 86_400 };
      assert.match(await stack.fails(put), /ends it by itself at .*cannot be put off/);
      const back = { rotationId: "1", gracePeriodSeconds: 3600 };
      assert.match(await stack.fails(back), /going back.*its secret ends by itself at/);
      assert.deepEqual([stack.key(), stack.previous()], [second, first]);
      const end = { rotationId: "2", gracePeriodSeconds: 0 };
      if (can.deadline === "fixed") {
        assert.match(await stack.fails(end), /cannot be brought forward.*Rotate once more/);
        await works(stack, first);
      } else {
        await stack.up(end);
        await refused(stack, first);
      }
      await works(stack, second);
    },
  ],
  [
    "makes no more keys than the system keeps: it waits for the grace, or ends all former ones without one",
    ({ maxKeys }) => maxKeys === 2,
    async (stack) => {
      await stack.up({ rotationId: "1" });
      const first = stack.key();
      await stack.up({ rotationId: "2", gracePeriodSeconds: 3600 });
      const second = stack.key();
      const third = { rotationId: "3", gracePeriodSeconds: 3600 };
      assert.match(await stack.fails(third), /keeps at most 2 keys and has as many.*Run again after 20\d\d-/);
      for (const key of [first, second]) await works(stack, key);
      await stack.up({ ...third, gracePeriodSeconds: 0 });
      for (const key of [first, second]) await refused(stack, key);
      await hasKeys(stack, 1);
      await stack.up({ rotationId: "4", gracePeriodSeconds: 60 });
      stack.world.advance(61);
      await stack.up({ rotationId: "5", gracePeriodSeconds: 60 });
      await works(stack);
    },
  ],
  [
    "ends every former key with a rotation without a grace",
    rotatesKeys,
    async (stack) => {
      const former: Key[] = [];
      for (const rotationId of ["1", "2"]) {
        await stack.up({ ...GRACE, rotationId });
        former.push(stack.key());
      }
      await stack.up({ gracePeriodSeconds: 0, rotationId: "3" });
      for (const key of former) await refused(stack, key);
      await works(stack);
      await hasKeys(stack, 1);
    },
  ],

  // --- what is not proven
  [
    "publishes no first key that is not proven, and resumes with the same",
    always,
    async (stack, { can }) => {
      spoilS3(stack);
      assert.match(await stack.fails(), /^proving key \S+ of user /);
      assert.equal(stack.engine.stored?.halfMade, true);
      assert.equal(stack.outputs().secretKey, undefined);
      if (can.rotates === "keys") assert.equal(stack.outputs().accessKey, undefined);
      await resume(stack, {}, can);
      await works(stack);
      await hasKeys(stack, 1);
      await isOne(stack);
      assert.equal(stack.engine.stored?.halfMade, false);
    },
  ],
  [
    "keeps the former key published while the next one is not proven",
    always,
    async (stack) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const old = stack.key();
      spoilS3(stack);
      assert.match(await stack.fails({ ...GRACE, rotationId: "2" }), /^proving key /);
      assert.deepEqual(stack.key(), old);
      assert.equal(stack.outputs().previousAccessKey, undefined);
      stack.world.advance(3600);
      await works(stack, old);
      stack.mishap = undefined;
      await stack.restart();
      await stack.up({ ...GRACE, rotationId: "2" });
      assert.deepEqual(stack.previous(), old);
      await works(stack);
      await works(stack, old);
      await hasKeys(stack, 2);
    },
  ],
  [
    "revokes a key that was never published when the program goes on or back",
    rotatesKeys,
    async (stack) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const first = stack.key();
      for (const rotationId of ["1", "3"]) {
        spoilS3(stack);
        await stack.fails({ ...GRACE, rotationId: "2" });
        await hasKeys(stack, 2);
        stack.mishap = undefined;
        await stack.up({ ...GRACE, rotationId });
        await hasKeys(stack, rotationId === "1" ? 1 : 2);
        await works(stack, first);
        await works(stack);
      }
      assert.deepEqual(stack.previous(), first);
    },
  ],

  // --- users and keys of others
  [
    "leaves a user that somebody else made as it is, unless it may adopt it",
    always,
    async (stack, { set, can }) => {
      const theirs = await stack.system.make(stack.name);
      const [was, keys] = [await stack.system.look(stack.name), await stack.system.keys(stack.name)];
      for (const inputs of [{}, set("next")]) {
        assert.match(await stack.fails(inputs), /(exists|has a user with this label) already.*adopt: true/);
        assert.equal(stack.engine.stored, undefined);
      }
      assert.deepEqual([await stack.system.look(stack.name), await stack.system.keys(stack.name)], [was, keys]);
      if (theirs) await works(stack, theirs);
      await stack.up({ adopt: true });
      if (theirs) await works(stack, theirs);
      assert.deepEqual(await stack.system.look(stack.name), was);
      if (theirs && can.secretsReadable) assert.deepEqual(stack.key(), theirs);
      if (!can.secretsReadable) assert.equal(stack.outputs().secretKey, undefined);
      await isQuiet(stack, { adopt: true });
      await stack.up({ ...GRACE, adopt: true, rotationId: "2" });
      await works(stack);
      if (theirs) await works(stack, theirs);
      stack.world.advance(121);
      await stack.up({ ...GRACE, adopt: true, rotationId: "2" });
      if (theirs) await refused(stack, theirs);
      await works(stack);
      await stack.engine.destroy();
      assert.equal(await stack.system.count(stack.name), 0);
    },
  ],
  [
    "gives an adopted user's setting back what it was",
    always,
    async (stack, { set, adapter: { setting } }) => {
      await stack.system.make(stack.name);
      await stack.system.change(stack.name);
      await stack.up({ ...set("first"), adopt: true });
      assert.deepEqual(await stack.system.look(stack.name), setting.first);
      await stack.up({ adopt: true });
      assert.deepEqual(await stack.system.look(stack.name), setting.others);
    },
  ],
  [
    "leaves keys of others alone, and ends them when it is to have the only ones",
    (can, accepts) => can.secretsReadable && accepts("exclusiveKeys", true),
    async (stack) => {
      await stack.up();
      const theirs = (await stack.system.addKey?.(stack.name)) ?? assert.fail("a system that shows keys has others'");
      await stack.engine.refresh();
      await isQuiet(stack, {});
      await works(stack, theirs);
      await stack.up({ exclusiveKeys: true });
      await refused(stack, theirs);
      const more = await stack.system.addKey?.(stack.name);
      await isQuiet(stack, { exclusiveKeys: true });
      await stack.engine.refresh();
      const { foreignKeys } = stack.engine.stored?.inputs ?? {};
      assert.equal((foreignKeys as unknown[]).length, 1, "a preview names it");
      await stack.up({ exclusiveKeys: true });
      if (more) await refused(stack, more);
      await works(stack);
      await hasKeys(stack, 1);
      await stack.engine.refresh();
      await isQuiet(stack, { exclusiveKeys: true });
    },
  ],
  [
    "is refused to a second resource of the program",
    always,
    async (stack) => {
      await stack.up();
      const key = stack.key();
      const second = stack.engine.provider.create({ ...stack.inputs, __identity: "another", __provider: "x" });
      await assert.rejects(second, /another resource of this program manages this user/);
      await works(stack, key);
      await hasKeys(stack, 1);
    },
  ],
  [
    "comes into a stack by import, and then has nothing to do",
    showsKeys,
    async (stack, { adapter }) => {
      await stack.up({ rotationId: "1" });
      const key = stack.key();
      const { system, world, whole, name } = stack;
      const config = { get: (setting: string) => system.config[setting] };
      const outside = { ...world, openTransport: system.openTransport };
      const given = { name: "ann", inputs: { ...adapter.user(name), adopt: true } };
      const { resources } = await importContentOf(adapter.backend, config, [given], outside);
      const [resource] = resources;
      assert.ok(resource);
      assert.equal(resource.id, stack.outputs().userId);
      if (whole !== stack.engine) return;
      const opened = (values: Outputs) =>
        Object.fromEntries(
          Object.entries(values).map(([each, value]) => {
            const { plaintext } = (value ?? {}) as { plaintext?: string };
            return [each, plaintext === undefined ? value : JSON.parse(plaintext)];
          }),
        );
      const secrets = Object.keys(resource.outputs).filter((each) => /secretKey|password/i.test(each));
      whole.stored = {
        id: resource.id,
        inputs: opened(resource.inputs),
        outputs: opened(resource.outputs),
        secrets,
        halfMade: false,
      };
      await stack.restart();
      await stack.up({ adopt: true });
      assert.deepEqual(stack.key(), key);
      await hasKeys(stack, 1);
      await isQuiet(stack, { adopt: true });
    },
  ],

  // --- the end
  [
    "is deleted with its keys; a user that is gone is deleted, too",
    always,
    async (stack) => {
      await stack.up();
      const [key, { stored }] = [stack.key(), stack.whole];
      await stack.engine.destroy();
      assert.equal(await stack.system.count(stack.name), 0);
      await refused(stack, key);
      stack.whole.stored = stored;
      await stack.engine.destroy();
      await stack.up();
      await works(stack);
      await isOne(stack);
    },
  ],
  [
    "is deleted half-made, too",
    always,
    async (stack) => {
      spoilS3(stack);
      await stack.fails();
      stack.mishap = undefined;
      await stack.engine.destroy();
      assert.equal(await stack.system.count(stack.name), 0);
    },
  ],
  [
    "stays in state with what is published when the credentials are refused, and is never taken for gone",
    always,
    async (stack, { adapter }) => {
      await stack.up();
      const before = standing(stack);
      const wrong = Object.values(adapter.refused).map(String);
      await stack.restart(adapter.refused);
      for (const work of [() => stack.engine.refresh(), () => stack.engine.destroy()]) {
        await assert.rejects(work, (error: Error) => {
          stack.world.lines.push(error.message);
          return true;
        });
        assert.deepEqual(standing(stack), before);
      }
      await stack.fails({ rotationId: "2" });
      stack.assertNoLeak(wrong);
      await stack.restart();
      await works(stack);
      await stack.up({ rotationId: "2" });
    },
  ],
];

/** Every story of one backend on one kind of server, for both shapes. `grep` in titles of suites: "single user, on …". */
export function contract(adapter: Adapter): void {
  const { backend, setting } = adapter;
  const { capabilities: can } = backend;
  const accepts = (input: string, value: unknown) =>
    backend.args.safeParse({ ...adapter.user("ann"), [input]: value }).success;

  for (const shape of ["a single user", "a member of a fleet"] as const satisfies readonly Shape[]) {
    describe(`${backend.resource} as ${shape}, on ${adapter.on}`, function () {
      if (adapter.isReal) this.timeout(120_000);
      const scene: Scene = {
        adapter,
        can,
        accepts,
        set: (which) => ({ [setting.name]: setting[which] }),
        open: () => openStack(adapter, { shape }),
      };
      const tells = (title: string, where: Where, story: Story) => {
        if (!where(can, accepts, adapter)) return;
        it(title, async () => {
          const stack = await scene.open();
          await story(stack, scene);
          stack.assertNoLeak();
          await stack.assertBystanderUntouched();
        });
      };

      for (const [title, where, story] of STORIES) tells(title, where, story);

      // A fleet differs in what it stores, not in what it makes of an answer.
      const some = <T extends readonly [string, Mishap]>(all: readonly T[]) =>
        shape === "a single user" ? all : all.filter(([, mishap]) => FOR_FLEETS.includes(mishap));
      for (const [what, mishap] of some(LOST)) {
        it(`is made once, with one key, when ${what}`, () =>
          eachRequest(scene, mishap, { inputs: { rotationId: "1" } }, (stack) => hasKeys(stack, 1)));

        it(`rotates to one key, and keeps the former one its grace, when ${what}`, () =>
          eachRequest(
            scene,
            mishap,
            { prepare: { ...GRACE, rotationId: "1" }, inputs: { ...GRACE, rotationId: "2" } },
            async (stack, before) => {
              assert.ok(before);
              const isEnded = stack.outputs().gracePeriodSeconds === 0;
              if (!isEnded) await works(stack, before);
              await hasKeys(stack, isEnded ? 1 : 2);
            },
          ));

        it(`changes when ${what}`, () =>
          eachRequest(scene, mishap, { prepare: scene.set("next"), inputs: scene.set("first") }, async (stack) => {
            assert.deepEqual(await stack.system.look(stack.name), setting.first);
            await hasKeys(stack, 1);
          }));

        it(`is deleted when ${what}, with the next run at the latest`, async () => {
          const stack = await scene.open();
          await stack.up();
          for (let nth = 0, isDone = false; !isDone; nth++) {
            await stack.up();
            stack.asked.length = 0;
            isDone = true;
            stack.mishap = (_, number) => {
              if (number !== nth) return undefined;
              isDone = false;
              return mishap;
            };
            await stack.attempt(() => stack.engine.destroy());
            stack.mishap = undefined;
            await stack.restart();
            await stack.engine.destroy();
            assert.equal(await stack.system.count(stack.name), 0, `request ${nth}`);
          }
        });
      }

      for (const [what, mishap] of some(NOT_GONE)) {
        it(`is never taken for gone by ${what}: nothing is forgotten, made or revoked`, async () => {
          const stack = await scene.open();
          await stack.up({ rotationId: "1" });
          const before = standing(stack);
          stack.mishap = () => mishap;
          for (const again of [async () => {}, () => stack.restart()]) {
            await again();
            await assert.rejects(stack.engine.refresh(), /^Error: \w+ing .+\. .+\.$/);
            await assert.rejects(stack.engine.destroy());
            assert.deepEqual(standing(stack), before);
          }
          await stack.fails({ rotationId: "2", ...scene.set("next") });
          stack.mishap = undefined;
          await hasKeys(stack, 1);
          await works(stack);
          await stack.restart();
          await stack.up({ rotationId: "2" });
          await works(stack);
          await hasKeys(stack, 2);
          stack.assertNoLeak();
        });
      }
    });
  }
}
