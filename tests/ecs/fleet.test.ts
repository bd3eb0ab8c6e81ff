/** Fleets of users with one access key and two secrets, on both servers of reference. */
import assert from "node:assert/strict";
import { cegedim } from "../../provider/backends/cegedim";
import { ecs } from "../../provider/backends/ecs";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
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

describe("a member that asks for what its system cannot do", () => {
  it("does not keep the others from being previewed and done", async () => {
    const bench = await SYSTEMS.ecs.open();
    const up = (red: string, blue: string) => ({
      defaults: { namespace: "ns1", gracePeriodSeconds: 600 },
      users: { red: { userId: "red", rotationId: red }, blue: { userId: "blue", rotationId: blue } },
    });
    await bench.up(up("1", "1"));
    await bench.up(up("2", "1"));
    const before = bench.outputs().credentials as Members;
    bench.world.lines.splice(0);
    const message = await bench.fails(up("1", "2"));
    const said = bench.world.lines.join("\n");
    assert.match(
      said,
      /^ecs\.ObjectUsers red: going back to rotationId "1" of user "ns1\/red": its secret ends by itself/m,
    );
    assert.match(said, /^ecs\.ObjectUsers blue: issueKey: rotationId changed from "1" to "2"/m);
    assert.match(message, /^1 of 2 users failed, the others are done\.\nred: going back to rotationId "1"/);
    const after = bench.outputs().credentials as Members;
    assert.deepEqual(after.red, before.red);
    assert.equal(after.blue?.previousSecretKey, before.blue?.secretKey);
    await bench.engine.refresh();
    await bench.up(up("2", "2"));
  });

  it("is a change that a preview shows, though state and inputs agree", async () => {
    const bench = await SYSTEMS.ecs.open();
    const up = (rotationId: string) => ({
      defaults: { namespace: "ns1" },
      users: { red: { userId: "red", rotationId } },
    });
    await bench.up(up("1"));
    await bench.up(up("2"));
    await bench.fails(up("1"));
    const { stored, provider } = bench.engine;
    assert.ok(stored);
    const { inputs } = await provider.check(stored.inputs, up("1"));
    assert.equal((await provider.diff(stored.id, stored.outputs, inputs)).changes, true);
  });
});
