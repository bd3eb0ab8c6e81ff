/**
 * Ids of secrets: what they say of a secret, and state in which they are the whole SHA-256 of it, as they were once. For
 * both systems whose keys differ by their secret only.
 */
import assert from "node:assert/strict";
import type { Backend } from "../../provider/backends/backend";
import { cegedim } from "../../provider/backends/cegedim";
import { ecs } from "../../provider/backends/ecs";
import { fingerprint, keyIdOf, sha256 } from "../../provider/backends/fingerprint";
import { takeInventory } from "../../provider/operator/inventory";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import { type Outputs, SECRET_SIGNATURE } from "../../provider/pulumi/state";
import { APP, openBench as openCegedim } from "../cegedim/bench";
import { ANN, openBench as openEcs, s3 } from "./bench";

interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly previousSecretKey?: string;
}

const SYSTEMS = {
  ecs: { backend: ecs as Backend, open: openEcs, user: ANN },
  cegedim: { backend: cegedim as Backend, open: openCegedim, user: APP },
} as const;

const WHOLE_HASH = /[0-9a-f]{64}/i;

describe("ids of secrets", () => {
  it("are ten digits that another user's same secret does not share", () => {
    const hash = sha256("a secret");
    assert.match(fingerprint("ann", hash), /^[0-9a-f]{10}$/);
    assert.notEqual(fingerprint("ann", hash), fingerprint("bob", hash));
    assert.ok(!hash.includes(fingerprint("ann", hash)));
  });

  it("are the same from a hash in capitals, and stay what they are once they are in today's form", () => {
    const id = fingerprint("ann", sha256("a secret"));
    assert.equal(fingerprint("ann", sha256("a secret").toUpperCase()), id);
    assert.equal(keyIdOf(sha256("a secret"), "ann"), id);
    assert.equal(keyIdOf(id, "ann"), id);
  });

  for (const [kind, { backend, open, user }] of Object.entries(SYSTEMS)) {
    for (const form of ["single", "fleet"] as const) {
      const isFleet = form === "fleet";
      const type = `${backend.resource.replace(".", ":")}${isFleet ? "s" : ""}`;

      /** A user that was rotated with a grace that still runs. */
      const rotated = async () => {
        const bench = await open({
          inputs: {},
          provider: (world) => (isFleet ? openFleet(backend, world) : openResource(backend, world)),
        });
        const inputs = (rotationId: string) => {
          const own = { ...user, rotationId, gracePeriodSeconds: 120 };
          return isFleet ? { users: { one: own } } : own;
        };
        await bench.up(inputs("1"));
        await bench.up(inputs("2"));
        const credentials = () => {
          const { credentials, ...outputs } = bench.outputs();
          return (isFleet ? (credentials as { one: Credentials }).one : outputs) as Credentials;
        };
        const says = (secret: string | undefined) =>
          s3(bench.server, credentials().accessKey, String(secret), bench.world.now());
        return { bench, inputs, credentials, says };
      };

      /** State as the former release wrote it: each id a whole hash. */
      const former = (outputs: Outputs, { accessKey, secretKey, previousSecretKey = "" }: Credentials): Outputs => {
        let text = JSON.stringify(outputs);
        for (const hash of [sha256(secretKey), sha256(previousSecretKey)]) {
          assert.ok(text.includes(fingerprint(accessKey, hash)));
          text = text.replaceAll(fingerprint(accessKey, hash), hash);
        }
        return JSON.parse(text);
      };

      it(`${kind}, ${form}: hold no whole hash of a secret`, async () => {
        const { bench, credentials } = await rotated();
        const { secretKey: _s, previousSecretKey: _p, credentials: _c, ...open } = bench.outputs();
        assert.doesNotMatch(JSON.stringify(open), WHOLE_HASH);
        assert.ok(JSON.stringify(open).includes(fingerprint(credentials().accessKey, sha256(credentials().secretKey))));
      });

      it(`${kind}, ${form}: state with whole hashes is read, and goes on`, async () => {
        const { bench, inputs, credentials, says } = await rotated();
        const second = credentials();
        await bench.engine.refresh();
        const stored = bench.engine.stored;
        assert.ok(stored);
        const before = JSON.stringify(stored.outputs);
        bench.engine.stored = { ...stored, outputs: former(stored.outputs, second) };
        assert.match(JSON.stringify(bench.outputs()), WHOLE_HASH);

        assert.equal(await bench.engine.up(inputs("2")), "same");
        await bench.engine.refresh();
        assert.equal(JSON.stringify(bench.outputs()), before);
        bench.engine.stored = { ...stored, outputs: former(stored.outputs, second) };
        bench.world.advance(121);
        assert.equal(await bench.engine.up(inputs("2")), "updated");
        assert.equal(credentials().previousSecretKey, undefined);
        assert.equal(credentials().secretKey, second.secretKey);
        await bench.up(inputs("3"));
        assert.equal(credentials().previousSecretKey, second.secretKey);
        assert.deepEqual([says(second.secretKey), says(credentials().secretKey)], ["200", "200"]);
        assert.doesNotMatch(JSON.stringify(bench.outputs()), WHOLE_HASH);
      });

      for (const secrets of ["shown", "masked"] as const) {
        it(`${kind}, ${form}: the command finds the current one in such state, with secrets ${secrets}`, async () => {
          const { bench, credentials } = await rotated();
          const second = credentials();
          const marked = Object.entries(former(bench.outputs(), second)).map(([name, value]) => {
            if (!["secretKey", "previousSecretKey", "credentials"].includes(name)) return [name, value];
            const how = secrets === "shown" ? { plaintext: JSON.stringify(value) } : { ciphertext: "v1:AAAA:BBBB" };
            return [name, { ...SECRET_SIGNATURE, ...how }];
          });
          const resource = {
            urn: `urn:pulumi:prod::p::pulumi-nodejs:dynamic/object-users/${type}::one`,
            type: `pulumi-nodejs:dynamic/object-users/${type}`,
            outputs: Object.fromEntries(marked),
          };
          const { users, unreadable } = takeInventory({ deployment: { resources: [resource] } });
          assert.deepEqual(unreadable, []);
          assert.equal(users[0]?.current?.rotationId, "2");
          assert.equal(users[0]?.current?.id, fingerprint(second.accessKey, sha256(second.secretKey)));
        });
      }
    }
  }

  it("ecs: hidden secrets are known again by state with whole hashes, and ended by ECS's own name for them", async () => {
    const bench = await openEcs();
    const first = await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    const stored = bench.engine.stored;
    assert.ok(stored);
    let text = JSON.stringify(stored.outputs);
    for (const secret of [first.secretKey, second.secretKey].map(String))
      text = text.replaceAll(fingerprint("ann", sha256(secret)), sha256(secret));
    bench.engine.stored = { ...stored, outputs: JSON.parse(text) };
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    await bench.restart();
    await bench.engine.refresh();
    assert.equal(bench.outputs().secretKey, second.secretKey);
    const named: unknown[] = [];
    bench.server.faults = (request) => {
      if (request.url.pathname.endsWith("/deactivate")) named.push(JSON.parse(request.body ?? ""));
      return undefined;
    };
    await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(bench.server.secretsOf("ann"), [second.secretKey]);
    assert.deepEqual(
      named.map((body) => (body as { secret_key_id?: string }).secret_key_id),
      [sha256(String(first.secretKey))],
    );
  });
});
