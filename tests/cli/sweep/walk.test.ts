/**
 * Random walks: rotations with any grace, waits, ups and sweeps in any order. Whatever the order, the published key works,
 * a former key works until its deadline, and after a sweep none works longer.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { size } from "../../proofs/ground/seed";
import { s3Says } from "../../provider/stack";
import { openScene, type Scene } from "../scene";

const GRACES = [0, 30, 90] as const;

const step = fc.record({
  rotation: fc.constantFrom("a", "b", "c", undefined),
  grace: fc.constantFrom(...GRACES),
  waitSeconds: fc.constantFrom(0, 20, 31, 100),
  sweep: fc.boolean(),
});

interface KeyInState {
  readonly accessKey: string;
  readonly expiresAt?: string;
}

describe("object-users sweep, on random walks", function () {
  this.timeout(120_000);

  it("ends what is over and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        const scene = await openScene();
        try {
          const secrets = new Map<string, string>();
          let rotationId = "start";
          let outputs = await scene.up("prod", "ann", { uid: "ann", displayName: "Ann", rotationId });
          for (const { rotation, grace, waitSeconds, sweep } of steps) {
            rotationId = rotation ?? rotationId;
            const inputs = { uid: "ann", displayName: "Ann", rotationId, gracePeriodSeconds: grace };
            outputs = await scene.up("prod", "ann", inputs);
            for (const [accessKey, secret] of scene.gateway.user("ann")?.keys ?? []) secrets.set(accessKey, secret);
            scene.world.advance(waitSeconds);
            if (sweep) assert.equal((await scene.run(["sweep", "--stack", "prod"])).code, 0);
            assertTrue(scene, outputs, secrets, sweep);
          }
        } finally {
          scene.close();
        }
      }),
      { numRuns: size("OBJECT_USERS_WALKS", 40) },
    );
  });
});

function assertTrue(
  scene: Scene,
  outputs: Readonly<Record<string, unknown>>,
  secrets: ReadonlyMap<string, string>,
  swept: boolean,
): void {
  const says = (accessKey: string) => s3Says(scene, accessKey, secrets.get(accessKey));
  const published = String(outputs.accessKey);
  assert.equal(says(published), "200", "the published key works");
  const ring = outputs.keys as readonly KeyInState[];
  const now = scene.world.now().getTime();
  for (const { accessKey, expiresAt } of ring) {
    if (accessKey === published || expiresAt === undefined) continue;
    if (Date.parse(expiresAt) > now) assert.equal(says(accessKey), "200", "a key works until its deadline");
    else if (swept) assert.equal(says(accessKey), "403 InvalidAccessKeyId", "and no longer");
  }
}
