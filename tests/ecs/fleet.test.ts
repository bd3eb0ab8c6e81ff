/** Fleets of users with one access key and two secrets, on both servers of reference. */
import assert from "node:assert/strict";
import { cegedim } from "../../provider/backends/cegedim";
import { ecs } from "../../provider/backends/ecs";
import { openFleet } from "../../provider/fleet";
import { APP, openBench as openCegedim } from "../cegedim/bench";
import { openBench as openEcs, type Server, s3 } from "./bench";

type Members = Record<
  string,
  { readonly accessKey: string; readonly secretKey: string; readonly previousSecretKey?: string }
>;

const SYSTEMS = {
  ecs: {
    open: () => openEcs({ inputs: {}, provider: (world) => openFleet(ecs, world) }),
    users: { red: { userId: "red" }, blue: { userId: "blue" } },
    defaults: { namespace: "ns1" },
  },
  cegedim: {
    open: () => openCegedim({ inputs: {}, provider: (world) => openFleet(cegedim, world) }),
    users: { red: { label: "red" }, blue: { label: "blue" } },
    defaults: { objectStore: APP.objectStore },
  },
};

describe("fleets of users with two secrets", () => {
  for (const [kind, { open, users, defaults }] of Object.entries(SYSTEMS)) {
    it(`${kind}: each member is made, rotated with a grace and deleted on its own`, async () => {
      const bench = await open();
      const server: Server = bench.server;
      const verdicts = (members: Members) =>
        Object.values(members).flatMap(({ accessKey, secretKey, previousSecretKey }) =>
          [secretKey, previousSecretKey]
            .filter((secret) => secret !== undefined)
            .map((secret) => s3(server, accessKey, secret, bench.world.now())),
        );
      const up = async (rotationId: string, members: object = users) => {
        const outputs = await bench.up({
          defaults: { ...defaults, rotationId, gracePeriodSeconds: 120 },
          users: members,
        });
        return outputs.credentials as Members;
      };
      const first = await up("1");
      assert.deepEqual(verdicts(first), ["200", "200"]);
      const second = await up("2");
      assert.equal(second.red?.previousSecretKey, first.red?.secretKey);
      assert.deepEqual(verdicts(second), ["200", "200", "200", "200"]);
      bench.world.advance(121);
      const third = await up("2", { red: users.red });
      assert.deepEqual(Object.keys(third), ["red"]);
      assert.deepEqual(verdicts(third), ["200"]);
      await bench.engine.destroy();
    });
  }
});
