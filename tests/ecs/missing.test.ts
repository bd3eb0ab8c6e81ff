/** What ECS says of things that it does not find, and of whom it is said: the user, its namespace, a secret. */
import assert from "node:assert/strict";
import { openBench } from "./bench";

const LEAVES = ["POST /object/users/deactivate", { user: "ann", namespace: "ns1" }] as const;

describe("ecs: what is not found", () => {
  for (const absent of [404, 400] as const) {
    it(`a user that is gone is gone, though ECS answers ${absent}`, async () => {
      const bench = await openBench({ absent });
      await bench.up();
      bench.server.meddle(...LEAVES);
      await bench.engine.refresh();
      assert.equal(bench.engine.stored, undefined);
      await bench.restart();
      assert.equal(bench.s3((await bench.up()).secretKey), "200");
    });

    it(`a namespace that is gone does not make its users gone, where ECS answers ${absent} for a user`, async () => {
      const bench = await openBench({ absent });
      await bench.up();
      const before = bench.engine.stored;
      bench.server.removeNamespace("ns1");
      await assert.rejects(
        bench.engine.refresh(),
        /reading user "ns1\/ann": ECS has no such namespace \(400 code 1004\)/,
      );
      assert.deepEqual(bench.engine.stored, before);
      await assert.rejects(bench.engine.destroy(), /ECS has no such namespace/);
    });
  }

  it("a user is not gone when the list that would confirm it fails", async () => {
    const bench = await openBench({ absent: 400 });
    await bench.up();
    const before = bench.engine.stored;
    bench.server.meddle(...LEAVES);
    bench.server.faults = (_request, _sequence, kind) =>
      kind === "GET users" ? { kind: "answer", status: 403 } : undefined;
    await assert.rejects(bench.engine.refresh(), /listing the users of namespace "ns1": .* may not do this \(403\)/);
    assert.deepEqual(bench.engine.stored, before);
  });

  it("a tag that is not found does not make the user gone", async () => {
    const bench = await openBench();
    await bench.up({ tags: { a: "1" } });
    const before = bench.server.secretsOf("ann");
    bench.server.meddle("DELETE /object/users/ann/tags?namespace=ns1", { tags: [{ name: "a" }] });
    assert.match(
      await bench.fails({ tags: { a: "2" } }),
      /changing the tags of user "ns1\/ann": ECS does not find something/,
    );
    assert.deepEqual(bench.server.secretsOf("ann"), before);
  });

  it("a secret that ended since it was listed has ended", async () => {
    const bench = await openBench();
    const { secretKey } = await bench.up({ rotationId: "1" });
    bench.server.faults = (_request, _sequence, kind) => {
      if (kind !== "POST keys/deactivate") return undefined;
      bench.server.faults = undefined;
      bench.server.meddle("POST /object/user-secret-keys/ann/deactivate", { namespace: "ns1", secret_key: secretKey });
      return undefined;
    };
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(bench.server.secretsOf("ann"), [second.secretKey]);
  });
});
