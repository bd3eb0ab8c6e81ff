// docs/guides/losing-state.md on systems that are not Ceph, without Pulumi: what a new resource makes of a user whose state is
// gone, on the servers of reference.

import assert from "node:assert/strict";
import { openCegedim, openEcs } from "../backends/two-secrets";

/** State is gone, and the next `up` is another process. */
async function lose(bench: Pick<Awaited<ReturnType<typeof openEcs>>, "whole" | "restart">): Promise<void> {
  bench.whole.stored = undefined;
  await bench.restart();
}

describe("guide: the state is lost, on other systems", () => {
  it("ecs: adopt reads the secret from the system, and it is the same", async () => {
    const bench = await openEcs();
    const { secretKey } = await bench.up({ rotationId: "1" });
    await lose(bench);
    assert.match(await bench.fails({ rotationId: "1" }), /exists already.*Set adopt: true/);
    const again = await bench.up({ rotationId: "1", adopt: true });
    assert.deepEqual([again.secretKey, bench.s3(secretKey)], [secretKey, "200"]);
  });

  it("ecs: of two secrets the younger is taken, the other lives on to its time", async () => {
    const bench = await openEcs();
    const { secretKey: former } = await bench.up({ rotationId: "1" });
    const { secretKey: current } = await bench.up({ rotationId: "2", gracePeriodSeconds: 600 });
    await lose(bench);
    const during = await bench.up({ rotationId: "2", adopt: true });
    assert.equal(during.secretKey, current);
    assert.equal(bench.s3(former), "200");
    await lose(bench);
    bench.world.advance(1200);
    const after = await bench.up({ rotationId: "2", adopt: true });
    assert.equal(after.secretKey, current);
  });

  it("ecs: where secrets are hidden, a new rotationId makes another", async () => {
    const bench = await openEcs();
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    const { secretKey } = await bench.up({ rotationId: "1" });
    await lose(bench);
    const again = await bench.up({ rotationId: "2", adopt: true });
    assert.ok(again.secretKey);
    assert.notEqual(again.secretKey, secretKey);
    assert.equal(bench.s3(again.secretKey), "200");
  });

  it("cegedim: adopt alone leaves consumers undisturbed; a rotationId renews, with a grace for the old secret", async () => {
    const bench = await openCegedim();
    const { secretKey } = await bench.up({ rotationId: "1" });
    await lose(bench);
    assert.match(await bench.fails({ rotationId: "1" }), /Set adopt: true to adopt it/);
    const adopted = await bench.up({ adopt: true });
    assert.ok(!adopted.secretKey);
    assert.equal(bench.s3(secretKey), "200");
    const renewed = await bench.up({ adopt: true, rotationId: "2", gracePeriodSeconds: 3600 });
    assert.notEqual(renewed.secretKey, secretKey);
    assert.deepEqual([bench.s3(renewed.secretKey), bench.s3(secretKey)], ["200", "200"]);
  });
});
