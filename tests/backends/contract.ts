/**
 * The contract: what every system's users do, as one table of stories. Each runs for every backend, as a single user and as
 * a member of a fleet. What a system cannot do is told by its capabilities and by the inputs that it accepts, never by its
 * name. A story names the user only by what an adapter says of it.
 */
import assert from "node:assert/strict";
import { capabilitiesOf } from "../../provider/backends/backend";
import type { Adapter } from "./adapter";
import { type Door, type Mishap, openStack, type Shape } from "./stack";
import { GRACE, hasKeys, type Scene, type Story, standing, type Where, works } from "./stories/checks";
import { LIFE } from "./stories/life";
import { A_FEW, eachRequest, KILLED_AFTER, LOST, NOT_GONE } from "./stories/mishaps";
import { OTHERS } from "./stories/others";
import { ROTATION } from "./stories/rotation";

const STORIES = [...LIFE, ...ROTATION, ...OTHERS];
/** The only kind that keeps the contract, for the half minute between two edits. Undefined: each does. */
const ONLY = process.env.OBJECT_USERS_CONTRACTS;

/** Every story of one backend on one kind of server, for both shapes. `grep` in titles of suites: "single user, on …". */
export function contract(adapter: Adapter, door: Door = "the dynamic door"): void {
  const { backend, setting } = adapter;
  if (ONLY !== undefined && backend.resource !== ONLY) return;
  const can = capabilitiesOf(backend, adapter.user("ann"));
  const grace = can.maxKeys > 1 ? GRACE : {};
  const accepts = (input: string, value: unknown) =>
    backend.args.safeParse({ ...adapter.user("ann"), [input]: value }).success;

  // A fleet differs in what it stores, not in what it asks of a system: on real ones it keeps the contract in the long form.
  const isShort = adapter.isReal && !process.env.OBJECT_USERS_LONG;
  const every: readonly Shape[] = isShort ? ["a single user"] : ["a single user", "a member of a fleet"];
  const { shapes = every } = adapter;
  for (const shape of shapes) {
    const behind = door === "the dynamic door" ? "" : `, behind ${door}`;
    describe(`${backend.resource} as ${shape}, on ${adapter.on}${behind}`, function () {
      if (adapter.isReal) this.timeout(120_000);
      const scene: Scene = {
        adapter,
        can,
        accepts,
        set: (which) => (setting ? { [setting.name]: setting[which] } : {}),
        open: () => openStack(adapter, { shape, door }),
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

      // What goes wrong on the way to a system is behind both doors.
      if (door === "the packaged door") return;

      // A fleet differs in what it stores, not in what it makes of an answer. A real system differs in what stands there
      // after a run that was killed; what comes in place of an answer comes from nowhere but the test.
      const isSingle = shape === "a single user";
      const some = <T extends readonly [string, Mishap]>(all: readonly T[], real: readonly Mishap[]) => {
        if (isSingle && !adapter.isReal) return all;
        const few = adapter.isReal ? (isSingle ? real : []) : A_FEW;
        return all.filter(([, mishap]) => few.includes(mishap));
      };
      for (const [what, mishap] of some(LOST, [KILLED_AFTER])) {
        it(`is made once, with one key, when ${what}`, () =>
          eachRequest(scene, mishap, { inputs: { rotationId: "1" } }, (stack) => hasKeys(stack, 1)));

        it(`rotates to one key, and keeps the former one its grace, when ${what}`, () =>
          eachRequest(
            scene,
            mishap,
            { prepare: { ...grace, rotationId: "1" }, inputs: { ...grace, rotationId: "2" } },
            async (stack, before) => {
              assert.ok(before);
              const isEnded = can.maxKeys === 1 || stack.outputs().gracePeriodSeconds === 0;
              if (!isEnded) await works(stack, before);
              await hasKeys(stack, isEnded ? 1 : 2);
            },
          ));

        if (setting)
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
            let hits = 0;
            stack.mishap = ({ method }) => {
              if ((adapter.isReal && method === "GET") || hits++ !== nth) return undefined;
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

      for (const [what, mishap] of some(NOT_GONE, A_FEW)) {
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
          await hasKeys(stack, can.maxKeys > 1 ? 2 : 1);
          stack.assertNoLeak();
        });
      }
    });
  }
}
