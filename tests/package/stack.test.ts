// Programs outside of this repository that have nothing of it but the packed package: the real Pulumi CLI plays the life
// of a user with them. The users of several systems are in one stack, which tells as much and is faster.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "../../provider/backends";
import type { Credentials } from "../../provider/http/sigv4";
import { type Availability, needCli, skipWithout } from "../real/needs";
import type { Stack } from "../real/pulumi";
import { type Candidate, type KeyStory, openCegedim, openEcs } from "./candidates";
import { openKeystoneCandidates } from "./keystone";
import { openProgram, type Program } from "./program";
import { openRgw } from "./rgw";

const NO_CHANGES = ["--refresh", "--expect-no-changes"];

describe("a program that uses the packed package", function () {
  this.timeout(240_000);
  let candidates: readonly Candidate[] = [];
  /** Why there are none of the systems that need a real Keystone. */
  let missing: Availability = { available: true };
  let program: Program;
  let stack: Stack;
  let first: Keys = {};
  let second: Keys = {};

  before(async function () {
    await needCli(this);
    candidates = [...(await openRgw()), ...(await openEcs()), ...(await openCegedim())];
    const { cephAvailable } = await import("../../tools/ceph/install.mjs");
    const { keystoneAvailable } = await import("../../tools/keystone/install.mjs");
    missing = [keystoneAvailable(), cephAvailable()].find(({ available }) => !available) ?? missing;
    if (missing.available) candidates = [...candidates, ...(await openKeystoneCandidates(this))];
    program = await openProgram(candidates);
    ({ stack } = program);
  });
  after(async () => {
    await stack?.dispose();
    for (const { close } of candidates) await close?.();
  });

  const withKeys = () => candidates.flatMap(({ name, keys }) => (keys ? [{ name, keys }] : []));
  const each = (tell: (keys: KeyStory) => unknown) =>
    Object.fromEntries(withKeys().map(({ name, keys }) => [name, tell(keys)]));
  /** What is answered to these keys. */
  const asked = async (those: Keys) => {
    const answers = withKeys().map(async ({ name, keys }) => [name, await keys.asks(those[name] ?? NO_KEY)]);
    return Object.fromEntries(await Promise.all(answers));
  };
  const outputs = async () => {
    const { made, loadedFrom } = await stack.outputs({ showSecrets: true });
    assert.ok(String(loadedFrom).startsWith(program.directory), String(loadedFrom));
    return made as Keys;
  };

  it("has every class of every system", function () {
    skipWithout(this, missing);
    const classes = Object.values(kinds).flatMap(({ resource, isKeyless }) =>
      isKeyless ? [resource] : [resource, `${resource}s`],
    );
    const made = new Set(candidates.map(({ type }) => type));
    assert.deepEqual([...made].sort(), classes.sort());
  });

  it("creates: every key opens S3", async () => {
    program.declare("first");
    await stack.up({ expect: 0 });
    first = await outputs();
    assert.deepEqual(
      await asked(first),
      each(() => "200"),
    );
  });

  it("changes and locks, in place", async () => {
    program.declare("first", ({ changed, locked }) => ({ ...changed, ...locked }));
    const { stdout } = await stack.up({ expect: 0 });
    const changing = candidates.filter(({ changed, locked }) => changed || locked);
    assert.match(stdout, new RegExp(`~ ${changing.length} updated`));
    assert.deepEqual(
      await asked(first),
      each(({ whenLocked = "200" }) => whenLocked),
    );
  });

  it("unlocks and rotates with a grace: both keys are accepted, and encrypted in the state", async () => {
    program.declare("second", ({ changed }) => changed);
    await stack.up({ expect: 0 });
    second = await outputs();
    for (const { name } of withKeys()) assert.notEqual(second[name]?.secretKey, first[name]?.secretKey, name);
    const former = each(({ whenRotated = "200" }) => whenRotated);
    assert.deepEqual([await asked(first), await asked(second)], [former, each(() => "200")]);

    const state = JSON.stringify(await stack.exportState());
    const keys = [first, second].flatMap((those) => Object.values(those));
    for (const secret of [...keys.map(({ secretKey }) => secretKey), ...candidates.map((one) => one.secret)])
      assert.equal(state.includes(secret), false, "a secret in clear");
  });

  it("sees what somebody changed", async () => {
    for (const { name, meddle } of candidates) await meddle(second[name] ?? NO_KEY);
    const { code, stdout } = await stack.preview({ args: NO_CHANGES });
    assert.notEqual(code, 0);
    for (const { drift } of candidates) assert.match(stdout, drift);
  });

  it("repairs it, and at the end of the grace the old key is refused", async () => {
    const ends = withKeys().flatMap(({ name, keys }) => (keys.passGrace ? [] : (second[name]?.ends ?? [])));
    await sleep(Math.max(0, ...ends.map((time) => Date.parse(time) - Date.now())));
    for (const { keys } of withKeys()) keys.passGrace?.();
    await stack.up({ expect: 0, args: ["--refresh"] });
    second = await outputs();
    const over = each(({ whenOver }) => whenOver);
    assert.deepEqual([await asked(first), await asked(second)], [over, each(() => "200")]);
    await stack.preview({ expect: 0, args: NO_CHANGES });
  });

  it("destroys: nothing is left", async () => {
    await stack.destroy({ expect: 0 });
    assert.deepEqual(
      await asked(second),
      each(({ whenGone }) => whenGone),
    );
    for (const { name, isThere } of candidates) assert.equal(await isThere(), false, name);
  });
});

/** A program's output: the published keys, by the name of the resource. */
type Keys = Readonly<Record<string, Credentials & { readonly ends?: string }>>;

const NO_KEY: Credentials = { accessKey: "", secretKey: "" };
