/** ecs.ObjectUser after runs that were cut off: what they left is found again, and nobody else's is taken for it. */
import assert from "node:assert/strict";
import { deriveMark, deriveSecretPrefix } from "../../provider/lifecycle/keys";
import { ME } from "../provider/engine";
import { openBench } from "./bench";

describe("ecs: runs that are cut off before state is written", () => {
  it("takes its own half-made user up again, and nobody else's", async () => {
    const bench = await openBench();
    bench.server.meddle("POST /object/users", {
      user: "ann",
      namespace: "ns1",
      tags: [{ name: "pulumi-object-users", value: deriveMark({ name: "ns1/ann", identity: ME }) }],
    });
    const secretkey = `${deriveSecretPrefix("ann", "", ME)}made-before-the-end`;
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey });
    const outputs = await bench.up();
    assert.equal(outputs.secretKey, secretkey);
    assert.deepEqual(outputs.tags, {});
    await assert.rejects(
      bench.engine.provider.create({ userId: "ann", namespace: "ns1" }),
      /another resource of this program manages this user/,
    );
    await bench.restart();
    await assert.rejects(bench.engine.provider.create({ userId: "ann", namespace: "ns1" }), /was not made by this/);
  });

  it("does not publish what somebody else gave a half-made user, and lets it be", async () => {
    const bench = await openBench();
    bench.next("DELETE users/tags", { kind: "answer", status: 403, code: "3000" });
    await bench.fails();
    const [ours] = bench.server.secretsOf("ann");
    await bench.restart();
    bench.engine.stored = undefined;
    bench.server.meddle("POST /object/user-secret-keys/ann/deactivate", { secret_key: ours });
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    const { secretKey } = await bench.up();
    assert.notEqual(secretKey, "somebody-elses");
    bench.world.advance(100_000);
    assert.deepEqual([bench.s3(secretKey), bench.s3("somebody-elses")], ["200", "200"]);
  });

  it("publishes the secret of a rotation that was cut off, which it knows by how it begins", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    const before = bench.engine.stored;
    const cut = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    bench.engine.stored = before;
    await bench.restart();
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.equal(second.secretKey, cut.secretKey);
    assert.equal(second.previousSecretKey, first.secretKey);
    bench.world.advance(3601);
    await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.equal(bench.s3(first.secretKey), "403 SignatureDoesNotMatch");
  });

  it("a younger secret that somebody else made is never published as ours", async () => {
    const bench = await openBench();
    const first = await bench.up({ rotationId: "1" });
    bench.world.advance(5);
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    assert.match(await bench.fails({ rotationId: "2" }), /keeps at most 2 keys and has as many/);
    assert.equal(bench.outputs().secretKey, first.secretKey);
    assert.deepEqual([bench.s3(first.secretKey), bench.s3("somebody-elses")], ["200", "200"]);
  });

  it("chooses secrets with 28 characters of chance behind what others can know", async () => {
    const bench = await openBench();
    const secrets = new Set<string>();
    for (const rotationId of ["1", "2", "3"]) {
      const { secretKey } = await bench.up({ rotationId, gracePeriodSeconds: 0 });
      const prefix = deriveSecretPrefix("ann", rotationId, ME);
      assert.match(String(secretKey), new RegExp(`^${prefix}[A-Za-z0-9]{28}$`));
      secrets.add(String(secretKey).slice(prefix.length));
    }
    assert.equal(secrets.size, 3);
    bench.assertNoLeak([...secrets]);
  });
});
