/** Stories of keys: rotations, graces, and keys that are not proven. */
import assert from "node:assert/strict";
import type { Key } from "../adapter";
import {
  always,
  fixesDeadlines,
  GRACE,
  hasKeys,
  isOne,
  isQuiet,
  movesDeadlines,
  overlaps,
  refused,
  resume,
  ringOf,
  rotatesKeys,
  type Stories,
  secondsLeft,
  spoilS3,
  works,
} from "./checks";

/** Their table. */
export const ROTATION: Stories = [
  [
    "rotates with a grace: both keys work until it is over, and then the new one",
    overlaps,
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
      assert.ok(Math.abs(secondsLeft(stack) - 120) < 30, `it ends in ${secondsLeft(stack)} s`);
      stack.world.advance(secondsLeft(stack) - 20);
      await works(stack, old);
      await works(stack);
      await isQuiet(stack, { ...GRACE, rotationId: "2" });
      stack.world.advance(30);
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
    overlaps,
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

  [
    "publishes no first key that is not proven, and resumes with the same",
    always,
    async (stack, { adapter, can }) => {
      spoilS3(stack);
      const { noun = "user" } = adapter.backend.specOf(stack.inputs);
      assert.match(await stack.fails(), new RegExp(`^proving key \\S+ of ${noun} `));
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
    overlaps,
    async (stack) => {
      await stack.up({ ...GRACE, rotationId: "1" });
      const old = stack.key();
      spoilS3(stack);
      assert.match(await stack.fails({ ...GRACE, rotationId: "2" }), /^proving key /);
      assert.deepEqual(stack.key(), old);
      assert.equal(stack.outputs().previousAccessKey, undefined);
      stack.world.advance(200);
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
];
