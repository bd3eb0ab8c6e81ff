/** What only ecs.ObjectUser has: sessions, tags, namespaces, hidden secrets, and codes that say little. */
import assert from "node:assert/strict";
import type { Fault } from "../../devserver/rgw/fault";
import { deriveSecretPrefix } from "../../provider/lifecycle/keys";
import { ME } from "../provider/engine";
import { contract } from "./contract";
import { ecsWith } from "./ecs";
import { openEcs } from "./two-secrets";

const REFUSED = "403 SignatureDoesNotMatch";
const ANN = { userId: "ann", namespace: "ns1" };
type Members = Record<string, { readonly secretKey: string; readonly previousSecretKey?: string }>;

const LEAVES = ["POST /object/users/deactivate", { user: "ann", namespace: "ns1" }] as const;
const code = (status: number, number: string): Fault => ({ kind: "answer", status, code: number });

contract(ecsWith());

describe("ecs.ObjectUser", () => {
  it("is replaced, the old one first, when the namespace changes", async () => {
    const bench = await openEcs({ namespaces: ["ns1", "ns2"] });
    await bench.up();
    assert.equal(await bench.engine.up({ ...ANN, namespace: "ns2" }), "replaced");
    assert.deepEqual(bench.server.users(), ["ann"]);
  });

  it("keeps ids that need escaping", async () => {
    const bench = await openEcs();
    const userId = "team/ann?#@x.org";
    await bench.up({ userId, rotationId: "1" });
    await bench.up({ userId, rotationId: "2", locked: true });
    assert.deepEqual(bench.server.users(), [userId]);
    assert.equal(bench.outputs().accessKey, userId);
    await bench.engine.destroy();
    assert.deepEqual(bench.server.users(), []);
  });

  it("proves nothing where no S3 address is known, and reads back instead", async () => {
    const bench = await openEcs({ settings: { "ecs:s3Endpoint": undefined } });
    const outputs = await bench.up();
    assert.equal(bench.s3(outputs.secretKey), "200");
    await bench.up({ rotationId: "2" });
    assert.match(await bench.fails({ rotationId: "2", prove: true }), /no s3Endpoint to prove it at/);
  });

  it("does not make a third secret beside one that somebody else made, unless it may end that one", async () => {
    const bench = await openEcs();
    await bench.up({ rotationId: "1" });
    bench.world.advance(-10);
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    bench.world.advance(10);
    assert.match(await bench.fails({ rotationId: "2" }), /keeps at most 2 keys/);
    const outputs = await bench.up({ rotationId: "2", exclusiveKeys: true });
    assert.equal(bench.s3(outputs.secretKey), "200");
    assert.equal(bench.s3("somebody-elses"), REFUSED);
  });

  it("does not publish what somebody else gave a half-made user, and lets it be", async () => {
    const bench = await openEcs();
    bench.next("DELETE users/tags", { kind: "answer", status: 403, code: "3000" });
    await bench.fails();
    const [ours] = bench.server.secretsOf("ann");
    await bench.restart();
    bench.whole.stored = undefined;
    bench.server.meddle("POST /object/user-secret-keys/ann/deactivate", { secret_key: ours });
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    const { secretKey } = await bench.up();
    assert.notEqual(secretKey, "somebody-elses");
    bench.world.advance(100_000);
    assert.deepEqual([bench.s3(secretKey), bench.s3("somebody-elses")], ["200", "200"]);
  });

  it("a user that a killed run made anew is resumed, and loses its mark, however late the next run is", async () => {
    for (const lateSeconds of [0, 100]) {
      const bench = await openEcs();
      const { secretKey } = await bench.up();
      const { stored } = bench.whole;
      bench.server.meddle(...LEAVES);
      bench.world.advance(lateSeconds);
      bench.next("POST keys", code(403, "3000"));
      await bench.fails({ locked: true });
      await bench.restart();
      bench.whole.stored = stored;
      const outputs = await bench.up({ locked: false });
      assert.deepEqual([bench.s3(secretKey), bench.s3(outputs.secretKey)], [REFUSED, "200"]);
      const { tag } = bench.server.meddle("GET /object/users/ann/info") as { tag: unknown };
      assert.deepEqual(tag, [], "nothing is left of its mark");
    }
  });

  it("a younger secret that somebody else made is never published as ours", async () => {
    const bench = await openEcs();
    const first = await bench.up({ rotationId: "1" });
    bench.world.advance(5);
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    assert.match(await bench.fails({ rotationId: "2" }), /keeps at most 2 keys and has as many/);
    assert.equal(bench.outputs().secretKey, first.secretKey);
    assert.deepEqual([bench.s3(first.secretKey), bench.s3("somebody-elses")], ["200", "200"]);
  });

  it("chooses secrets with 28 characters of chance behind what others can know", async () => {
    const bench = await openEcs();
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

  it("asks again for the first secret when ECS answers 7000, as it does right after making a user", async () => {
    const bench = await openEcs();
    bench.next("POST keys", code(500, "7000"));
    const { secretKey } = await bench.up();
    assert.deepEqual(bench.server.secretsOf("ann"), [secretKey]);
  });

  it("gives up on 7000 after a while, and the next run goes on", async () => {
    const bench = await openEcs();
    bench.server.faults = (_request, _sequence, kind) => (kind === "POST keys" ? code(500, "7000") : undefined);
    assert.match(await bench.fails(), /service has a fault \(500 code 7000\)/);
    bench.server.faults = undefined;
    await bench.restart();
    await bench.up();
    assert.equal(bench.server.secretsOf("ann").length, 1);
  });

  it("has no fingerprints in 3.8, which the provider does without", async () => {
    const bench = await openEcs({ release: "3.8" });
    const first = await bench.up({ rotationId: "1" });
    assert.ok(!("secret_key_1_id" in (bench.server.meddle("GET /object/user-secret-keys/ann/ns1") as object)));
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(bench.server.secretsOf("ann"), [second.secretKey]);
    assert.notEqual(first.secretKey, second.secretKey);
    assert.equal(await bench.engine.up({ ...ANN, rotationId: "2", gracePeriodSeconds: 0 }), "same");
  });
});

describe("ecs.ObjectUser: hidden secrets", () => {
  it("rotates by fingerprint, in a new process too", async () => {
    const bench = await openEcs();
    const first = await bench.up({ rotationId: "1" });
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    await bench.engine.refresh();
    assert.equal(bench.outputs().secretKey, first.secretKey);
    await bench.restart();
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
    await bench.restart();
    await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], [REFUSED, "200"]);
  });

  it("finds a secret again whose answer was lost", async () => {
    const bench = await openEcs();
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    bench.next("POST keys", { kind: "cut", when: "after" });
    const outputs = await bench.up();
    assert.deepEqual(bench.server.secretsOf("ann"), [outputs.secretKey]);
  });

  it("ends a foreign secret of which it knows the fingerprint only", async () => {
    const bench = await openEcs();
    await bench.up();
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "somebody-elses" });
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    const outputs = await bench.up({ exclusiveKeys: true });
    await bench.engine.refresh();
    await bench.up({ exclusiveKeys: true });
    assert.deepEqual(bench.server.secretsOf("ann"), [outputs.secretKey]);
  });

  it("adopts a user with the secret that does not end, also where it does not seem to be the younger", async () => {
    const bench = await openEcs();
    bench.server.meddle("POST /object/users", { user: "ann", namespace: "ns1" });
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "ends-soon" });
    bench.world.advance(-1);
    const more = { secretkey: "stays", existing_key_expiry_time_mins: "10" };
    bench.server.meddle("POST /object/user-secret-keys/ann", more);
    assert.equal((await bench.up({ adopt: true })).secretKey, "stays");
  });

  it("takes a user over without touching a secret that it cannot read, until a rotationId says so", async () => {
    const bench = await openEcs();
    bench.server.meddle("POST /object/users", { user: "ann", namespace: "ns1" });
    bench.server.meddle("POST /object/user-secret-keys/ann", { secretkey: "made-by-hand" });
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    const outputs = await bench.up({ adopt: true });
    assert.equal(outputs.secretKey, undefined);
    await bench.up({});
    assert.deepEqual(bench.server.secretsOf("ann"), ["made-by-hand"]);
    const renewed = await bench.up({ rotationId: "1", gracePeriodSeconds: 60 });
    assert.deepEqual([bench.s3("made-by-hand"), bench.s3(renewed.secretKey)], ["200", "200"]);
    bench.world.advance(61);
    assert.equal(bench.s3("made-by-hand"), REFUSED);
  });
});

describe("ecs: sessions", () => {
  it("logs in once for everything a process does, and out at its end", async () => {
    const bench = await openEcs();
    await bench.up({ rotationId: "1" });
    await bench.up({ rotationId: "2" });
    await bench.engine.destroy();
    assert.equal(bench.server.requests.count("login"), 1);
    assert.equal(bench.server.sessions.count(bench.world.now().getTime()), 1);
    await bench.end();
    assert.equal(bench.server.sessions.count(bench.world.now().getTime()), 0);
    bench.assertNoLeak(["the-managers-own-password"]);
  });

  it("opens one session for many first requests at once", async () => {
    const bench = await openEcs();
    const { provider } = bench.engine;
    const many = Array.from({ length: 20 }, (_, n) => ({ userId: `user${n}`, namespace: "ns1" }));
    await Promise.all(many.map((inputs) => provider.create(inputs)));
    assert.equal(bench.server.requests.count("login"), 1);
    assert.equal(bench.server.users().length, 20);
  });

  for (const overStatus of [401, 302] as const) {
    it(`logs in once more when ECS answers ${overStatus}, in the middle of a rotation too`, async () => {
      const bench = await openEcs({ overStatus });
      await bench.up({ rotationId: "1" });
      bench.server.faults = (_request, _sequence, kind) => {
        if (kind !== "POST keys") return undefined;
        bench.server.faults = undefined;
        bench.server.sessions.closeAll();
        return undefined;
      };
      const { secretKey } = await bench.up({ rotationId: "2" });
      assert.equal(bench.s3(secretKey), "200");
      assert.equal(bench.server.requests.count("login"), 2);
      bench.world.advance(3 * 3600);
      await bench.up({ rotationId: "2", locked: true });
      assert.equal(bench.server.requests.count("login"), 3);
    });
  }

  it("does not log in for ever when each session is over at once", async () => {
    const bench = await openEcs();
    bench.server.faults = (_request, _sequence, kind) =>
      kind === "login" || kind.startsWith("S3") ? undefined : { kind: "answer", status: 401 };
    assert.match(await bench.fails(), /ended a session that it had just opened/);
    assert.equal(bench.server.requests.count("login"), 2);
  });

  it("says that a hundred sessions are open, and what to do", async () => {
    const bench = await openEcs();
    for (let n = 0; n < 100; n++) bench.server.sessions.open("root", bench.world.now().getTime());
    assert.match(await bench.fails(), /hundred sessions.*force=true/);
    bench.world.advance(2 * 3600);
    await bench.up();
  });

  it("says that the password is wrong, without it", async () => {
    const bench = await openEcs({ settings: { "ecs:password": "not-the-right-password" } });
    assert.match(await bench.fails(), /does not accept the management user's name or password \(401\)/);
    bench.assertNoLeak(["not-the-right-password", Buffer.from("root:not-the-right-password").toString("base64")]);
  });
});

describe("ecs: what is not found", () => {
  for (const absent of [404, 400] as const) {
    it(`a user that is gone is gone, though ECS answers ${absent}`, async () => {
      const bench = await openEcs({ absent });
      await bench.up();
      bench.server.meddle(...LEAVES);
      await bench.engine.refresh();
      assert.equal(bench.engine.stored, undefined);
      await bench.restart();
      assert.equal(bench.s3((await bench.up()).secretKey), "200");
    });

    it(`a namespace that is gone does not make its users gone, where ECS answers ${absent} for a user`, async () => {
      const bench = await openEcs({ absent });
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
    const bench = await openEcs({ absent: 400 });
    await bench.up();
    const before = bench.engine.stored;
    bench.server.meddle(...LEAVES);
    bench.server.faults = (_request, _sequence, kind) =>
      kind === "GET users" ? { kind: "answer", status: 403 } : undefined;
    await assert.rejects(bench.engine.refresh(), /listing the users of namespace "ns1": .* may not do this \(403\)/);
    assert.deepEqual(bench.engine.stored, before);
  });

  it("a tag that is not found does not make the user gone", async () => {
    const bench = await openEcs();
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
    const bench = await openEcs();
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

  it("says that the namespace is not there", async () => {
    const bench = await openEcs();
    assert.match(
      await bench.fails({ namespace: "nowhere" }),
      /creating user "nowhere\/ann": ECS has no such namespace \(400 code 1004\)\. Check namespace\./,
    );
  });
});

describe("ecs: a member that asks for what its system cannot do", () => {
  it("does not keep the others from being previewed and done, and is previewed as a change again", async () => {
    const { whole, world } = await openEcs({ shape: "a member of a fleet" });
    const users = (red: string, blue: string) => ({
      defaults: { namespace: "ns1", gracePeriodSeconds: 600 },
      users: { red: { userId: "red", rotationId: red }, blue: { userId: "blue", rotationId: blue } },
    });
    const credentials = () => whole.stored?.outputs.credentials as Members;
    await whole.up(users("1", "1"));
    await whole.up(users("2", "1"));
    const before = credentials();
    world.lines.splice(0);
    await assert.rejects(
      whole.up(users("1", "2")),
      /^Error: 1 of 2 users failed, .*\nred: going back to rotationId "1"/,
    );
    const said = world.lines.join("\n");
    assert.match(said, /^ecs\.ObjectUsers red: going back to rotationId "1" of user "ns1\/red": its secret ends by/m);
    assert.match(said, /^ecs\.ObjectUsers blue: issueKey: rotationId changed from "1" to "2"/m);
    assert.deepEqual(credentials().red, before.red);
    assert.equal(credentials().blue?.previousSecretKey, before.blue?.secretKey);
    const { stored, provider } = whole;
    assert.ok(stored);
    const { inputs } = await provider.check(stored.inputs, users("1", "2"));
    assert.equal((await provider.diff(stored.id, stored.outputs, inputs)).changes, true);
    await whole.refresh();
    await whole.up(users("2", "2"));
  });
});
