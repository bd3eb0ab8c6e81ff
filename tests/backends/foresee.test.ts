/** What a preview foretells is what the `up` comes to: every output that is known before it, for every system. */
import assert from "node:assert/strict";
import { kinds } from "../../provider/backends";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { UNKNOWN } from "../../provider/pulumi/unknowns";
import { inClear } from "../provider/engine";
import { fakeWorld } from "../provider/world";
import type { Adapter } from "./adapter";
import { cegedimWith } from "./cegedim";
import { ecsWith } from "./ecs";
import { compareForetold } from "./foretold";
import { embedded } from "./rgw";
import { openStack, type Shape } from "./stack";
import { settingOf, spoilS3 } from "./stories/checks";

/** Edits of a program, one after another; what a system cannot do it refuses, and the next edit follows. */
const EDITS: readonly [what: string, inputs: Inputs, secondsBefore: number][] = [
  ["a new user", { rotationId: "1", gracePeriodSeconds: 7200 }, 0],
  ["a rotation", { rotationId: "2", gracePeriodSeconds: 7200 }, 60],
  ["a longer grace", { rotationId: "2", gracePeriodSeconds: 10_800 }, 60],
  ["the end of a grace", { rotationId: "2", gracePeriodSeconds: 10_800 }, 20_000],
  ["a rotation without a grace", { rotationId: "3", gracePeriodSeconds: 0 }, 60],
  ["another rotation", { rotationId: "4", gracePeriodSeconds: 7200 }, 20_000],
  ["the way back", { rotationId: "3", gracePeriodSeconds: 7200 }, 60],
  ["no rotation", { gracePeriodSeconds: 7200 }, 20_000],
  ["a quarantine", { rotationId: "5", gracePeriodSeconds: 60, quarantinePeriodSeconds: 3600 }, 20_000],
  ["its beginning", { rotationId: "5", gracePeriodSeconds: 60, quarantinePeriodSeconds: 3600 }, 120],
  ["its end", { rotationId: "5", gracePeriodSeconds: 60, quarantinePeriodSeconds: 3600 }, 20_000],
  ["a key of the caller's own", { accessKey: "OWN-KEY-OF-THE-USER1", secretKey: "a-secret-of-the-caller" }, 60],
];

for (const adapter of [embedded, ecsWith(), cegedimWith()] as readonly Adapter[]) {
  for (const shape of ["a single user", "a member of a fleet"] as const satisfies readonly Shape[]) {
    it(`${adapter.backend.resource} as ${shape}: a preview foretells what comes`, async () => {
      const stack = await openStack(adapter, { shape });
      const { provider } = stack.whole;
      let foretold = 0;
      const watched = async (before: Outputs | undefined, news: Inputs, task: () => Promise<{ outs: Outputs }>) => {
        const expected = inClear(await provider.foresee(before, { ...news }));
        const { outs } = await task();
        foretold += compareForetold(expected, inClear(outs), ["outputs"]);
      };
      stack.whole.provider = {
        ...provider,
        async create(news) {
          let made: Awaited<ReturnType<typeof provider.create>> | undefined;
          await watched(undefined, news, async () => (made = await provider.create(news)));
          return made ?? assert.fail();
        },
        async update(id, olds, news) {
          let made: Awaited<ReturnType<typeof provider.update>> | undefined;
          await watched(olds, news, async () => (made = await provider.update(id, olds, news)));
          return made ?? assert.fail();
        },
      };
      let done = 0;
      for (const [what, inputs, seconds] of EDITS) {
        stack.world.advance(seconds);
        for (const setting of [settingOf(adapter).first, settingOf(adapter).next]) {
          const failure = await stack.tries({ ...inputs, [settingOf(adapter).name]: setting });
          assert.doesNotMatch(failure ?? "", /foretold/, what);
          if (failure === undefined) done++;
        }
      }
      assert.ok(done >= EDITS.length / 2, `${done} edits were done`);
      assert.ok(foretold > 5 * done, `${foretold} values were foretold`);
    });
  }
}

it("infomaniak.Project: a password is not foretold of a project that may be adopted, as it keeps the one it has", async () => {
  const provider = openResource(kinds["infomaniak.project"] ?? assert.fail(), fakeWorld());
  void provider.configure({ config: { get: (name) => (name === "infomaniak:token" ? "a-token" : undefined) } });
  const told = async (inputs: Inputs) =>
    inClear(await provider.foresee(undefined, { publicCloudId: 1, name: "media", password: "My-0wn", ...inputs }));
  assert.equal((await told({})).password, "My-0wn");
  assert.equal((await told({ adopt: true })).password, UNKNOWN);
});

it("rgw.User: the key of a user whose adoption is unfinished is not foretold, as it may be the one that it has", async () => {
  const stack = await openStack(embedded, { shape: "a single user" });
  const theirs = await stack.system.make(stack.name);
  spoilS3(stack);
  await stack.fails({ adopt: true });
  const half = stack.whole.stored?.outputs ?? assert.fail();
  const told = inClear(await stack.whole.provider.foresee(half, { ...stack.inputs, adopt: true }));
  assert.deepEqual([told.uid, told.accessKey, told.keyId], [stack.name, UNKNOWN, UNKNOWN]);
  stack.mishap = undefined;
  await stack.restart();
  await stack.up({ adopt: true });
  assert.deepEqual(stack.key(), theirs);
});
