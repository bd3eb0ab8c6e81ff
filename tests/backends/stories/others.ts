/** Stories of what others made: users, keys, another resource of the program; and of import. */
import assert from "node:assert/strict";
import { managed } from "../../../provider/lifecycle/called";
import { importContentOf } from "../../../provider/operator/import";
import type { Outputs } from "../../../provider/pulumi/state";
import { GRACE, hasKeys, isQuiet, ownsUser, refused, type Stories, settingIsName, settingOf, works } from "./checks";

/** Their table. */
export const OTHERS: Stories = [
  [
    "leaves a user that somebody else made as it is, unless it may adopt it",
    ownsUser,
    async (stack, { set, can, adapter }) => {
      const theirs = await stack.system.make(stack.name);
      const [was, keys] = [await stack.system.look(stack.name), await stack.system.keys(stack.name)];
      for (const inputs of settingIsName(adapter) ? [{}] : [{}, set("next")]) {
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
      const grace = can.maxKeys > 1 ? GRACE : {};
      await stack.up({ ...grace, adopt: true, rotationId: "2" });
      await works(stack);
      if (theirs && can.maxKeys > 1) await works(stack, theirs);
      stack.world.advance(121);
      await stack.up({ ...grace, adopt: true, rotationId: "2" });
      if (theirs) await refused(stack, theirs);
      await works(stack);
      await stack.engine.destroy();
      assert.equal(await stack.system.count(stack.name), 0);
    },
  ],
  [
    "gives an adopted user's setting back what it was",
    (_can, _accepts, adapter) => adapter.setting !== undefined && !settingIsName(adapter),
    async (stack, { set, adapter }) => {
      const setting = settingOf(adapter);
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
    (can, accepts) => can.secretsReadable && can.maxKeys > 1 && accepts("exclusiveKeys", true),
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
    ownsUser,
    async (stack, { adapter }) => {
      await stack.up();
      const key = stack.key();
      const { noun } = managed(adapter.backend.specOf(stack.inputs), adapter.backend.capabilities);
      const second = stack.engine.provider.create({ ...stack.inputs, __identity: "another", __provider: "x" });
      await assert.rejects(second, new RegExp(`another resource of this program manages this ${noun}`));
      await works(stack, key);
      await hasKeys(stack, 1);
    },
  ],
  [
    "comes into a stack by import, and then has nothing to do",
    (can) => can.secretsReadable && !can.keysOnly,
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
];
