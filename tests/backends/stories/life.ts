/** Stories of a user from create to delete: settings, drift, its being gone. */
import assert from "node:assert/strict";
import {
  always,
  GRACE,
  hasKeys,
  hasSetting,
  isOne,
  isQuiet,
  isS3,
  ownsUser,
  refused,
  ringOf,
  type Stories,
  settingOf,
  showsKeys,
  spoilS3,
  standing,
  works,
} from "./checks";

/** Their table. */
export const LIFE: Stories = [
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
    "changes a setting in place, and gives it back what it was when it is declared no more",
    hasSetting,
    async (stack, { set, adapter }) => {
      const setting = settingOf(adapter);
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
    hasSetting,
    async (stack, { set, adapter }) => {
      const setting = settingOf(adapter);
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
    hasSetting,
    async (stack, { set, adapter }) => {
      const setting = settingOf(adapter);
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
    (can) => can.secretsReadable && can.maxKeys > 1,
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
    ownsUser,
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
    ownsUser,
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
