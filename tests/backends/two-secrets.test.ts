/** Systems that keep two secrets of one access key, and end the former one by themselves: what both have alike. */
import assert from "node:assert/strict";
import type { Fault } from "../../devserver/rgw/fault";
import { fingerprint, keyIdOf, sha256 } from "../../provider/backends/fingerprint";
import { takeInventory } from "../../provider/operator/inventory";
import { type Outputs, SECRET_SIGNATURE } from "../../provider/pulumi/state";
import type { StackOptions } from "./stack";
import { type Bench, openCegedim, openEcs } from "./two-secrets";

const WHOLE_HASH = /[0-9a-f]{64}/i;
const HOUR = { gracePeriodSeconds: 3600 };
const SHAPES = ["a single user", "a member of a fleet"] as const;

const SYSTEMS: readonly [name: string, open: (options?: Options) => Promise<Bench>, making: string, waits: number][] = [
  ["ecs", openEcs, "POST keys", 150],
  ["cegedim", openCegedim, "PATCH user renewSecretKey", 600],
];

interface Options extends StackOptions {
  readonly skewSeconds?: number;
}

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

  /** Puts state into the form of the first release: each id a whole hash. */
  function makeFormer({ whole, outputs }: Bench): void {
    const { accessKey, secretKey, previousSecretKey } = outputs();
    const stored = whole.stored ?? assert.fail("it is in state");
    let text = JSON.stringify(stored.outputs);
    for (const hash of [secretKey, previousSecretKey].map((secret) => sha256(String(secret)))) {
      assert.ok(text.includes(fingerprint(String(accessKey), hash)));
      text = text.replaceAll(fingerprint(String(accessKey), hash), hash);
    }
    whole.stored = { ...stored, outputs: JSON.parse(text) };
  }
  const inTheOpen = ({ whole }: Bench) => {
    const { secretKey: _s, previousSecretKey: _p, credentials: _c, ...open } = whole.stored?.outputs ?? {};
    return JSON.stringify(open);
  };

  for (const [name, open] of SYSTEMS) {
    for (const shape of SHAPES) {
      it(`${name}, ${shape}: are no whole hashes; state that has such is read, found by the command, and goes on`, async () => {
        const bench = await open({ shape });
        const grace = { gracePeriodSeconds: 120 };
        for (const rotationId of ["1", "2"]) await bench.up({ ...grace, rotationId });
        await bench.engine.refresh();
        const second = bench.outputs();
        assert.doesNotMatch(inTheOpen(bench), WHOLE_HASH);
        const before = JSON.stringify(bench.whole.stored);

        makeFormer(bench);
        for (const secrets of ["shown", "masked"]) {
          const { users, unreadable } = takeInventory({ deployment: { resources: [exported(bench, secrets)] } });
          assert.deepEqual(unreadable, []);
          const ann = users.find(({ current }) => current?.accessKey === second.accessKey);
          assert.equal(ann?.current?.rotationId, "2");
          assert.equal(ann?.current?.id, fingerprint(String(second.accessKey), sha256(String(second.secretKey))));
        }
        assert.equal(await bench.engine.up({ ...bench.inputs, ...grace, rotationId: "2" }), "same");
        await bench.engine.refresh();
        assert.equal(JSON.stringify(bench.whole.stored), before);
        makeFormer(bench);
        bench.world.advance(121);
        assert.equal((await bench.up({ ...grace, rotationId: "2" })).previousSecretKey, undefined);
        assert.equal(bench.outputs().secretKey, second.secretKey);
        await bench.up({ ...grace, rotationId: "3" });
        assert.deepEqual([second.secretKey, bench.outputs().secretKey].map(bench.s3), ["200", "200"]);
        assert.doesNotMatch(inTheOpen(bench), WHOLE_HASH);
      });
    }
  }

  /** The resource as an exported stack has it. */
  function exported({ whole, adapter }: Bench, secrets: string) {
    const marked = Object.entries(whole.stored?.outputs ?? {}).map(([name, value]) => {
      if (!["secretKey", "previousSecretKey", "credentials"].includes(name)) return [name, value];
      const how = secrets === "shown" ? { plaintext: JSON.stringify(value) } : { ciphertext: "v1:AAAA:BBBB" };
      return [name, { ...SECRET_SIGNATURE, ...how }];
    });
    const plural = "credentials" in (whole.stored?.outputs ?? {}) ? "s" : "";
    const type = `pulumi-nodejs:dynamic/object-users/${adapter.backend.resource.replace(".", ":")}${plural}`;
    return { urn: `urn:pulumi:prod::p::${type}::one`, type, outputs: Object.fromEntries(marked) };
  }

  it("ecs: hidden secrets are known again by state with whole hashes, and ended by ECS's own name for them", async () => {
    const bench = await openEcs();
    const first = await bench.up({ rotationId: "1" });
    const second = await bench.up({ rotationId: "2", gracePeriodSeconds: 3600 });
    makeFormer(bench);
    bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
    await bench.restart();
    await bench.engine.refresh();
    assert.equal(bench.outputs().secretKey, second.secretKey);
    bench.asked.length = 0;
    await bench.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.deepEqual(bench.server.secretsOf("ann"), [second.secretKey]);
    const ended = bench.asked.filter(({ url }) => url.pathname.endsWith("/deactivate"));
    assert.deepEqual(
      ended.map(({ body = "" }) => JSON.parse(body).secret_key_id),
      [sha256(String(first.secretKey))],
    );
  });
});

/** `pulumi preview` of a user that is there. */
async function preview({ engine, inputs, restart }: Bench, changes: Outputs): Promise<void> {
  await restart();
  const { id, outputs } = engine.stored ?? assert.fail("it is in state");
  await engine.provider.diff(id, structuredClone(outputs), { ...inputs, ...changes });
}

const CUT = /^warning: \S+ \S+: gracePeriodSeconds is 0: the old secret ends with this renewal, and S3 refuses clients/;

for (const [name, open] of SYSTEMS) {
  for (const shape of SHAPES)
    it(`${name}, ${shape}: a renewal without a grace is warned of in a preview and in the up, once each`, async () => {
      const bench = await open({ shape });
      const heard = () => bench.world.lines.splice(0).filter((line) => line.startsWith("warning: "));
      await bench.up({ rotationId: "1", gracePeriodSeconds: 0 });
      await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
      assert.deepEqual(heard(), [], "a first secret, and a grace");
      await preview(bench, { rotationId: "3", gracePeriodSeconds: 0 });
      const [foretold, ...others] = heard();
      assert.match(foretold ?? "", CUT);
      assert.deepEqual(others, []);
      await bench.restart();
      await bench.up({ rotationId: "3", gracePeriodSeconds: 0 });
      assert.deepEqual(heard(), [foretold]);
      bench.assertNoLeak();
    });

  it(`${name}: of an adopted user it is warned of before it is done, as no preview sees that user`, async () => {
    const bench = await open();
    await bench.system.make("ann");
    await bench.up({ adopt: true, rotationId: "1", gracePeriodSeconds: 0 });
    // ECS shows the secret that is there, which is adopted as it is.
    assert.equal(bench.world.lines.filter((line) => CUT.test(line)).length, name === "ecs" ? 0 : 1);
  });
}

for (const [name, open, making, waits] of SYSTEMS) {
  describe(`${name}: time`, () => {
    for (const skewSeconds of [-600, 600]) {
      it(`counts graces right with a server whose clock is ${skewSeconds} s ahead`, async () => {
        const bench = await open({ skewSeconds });
        const first = await bench.up({ rotationId: "1" });
        await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
        bench.assertEndsIn(60);
        bench.world.advance(59);
        assert.equal(bench.s3(first.secretKey), "200");
        bench.world.advance(2);
        await bench.up({ rotationId: "2", gracePeriodSeconds: 60 });
        assert.notEqual(bench.s3(first.secretKey), "200");
        const third = await bench.up({ rotationId: "3", gracePeriodSeconds: 60 });
        assert.equal(bench.s3(third.secretKey), "200");
      });
    }

    it("waits for slow nodes, says so, and publishes what is proven", async () => {
      const bench = await open();
      bench.server.propagationSeconds = waits / 2;
      const first = await bench.up({ ...HOUR, rotationId: "1" });
      assert.equal(bench.s3(first.secretKey), "200");
      const said = new RegExp(`S3 reports refused for key \\S+, waiting \\(\\d+ of ${waits} s\\)`);
      assert.match(bench.world.lines.join("\n"), said);
      const second = await bench.up({ ...HOUR, rotationId: "2" });
      assert.deepEqual([first.secretKey, second.secretKey].map(bench.s3), ["200", "200"]);
    });

    for (const rotationId of ["1", "2"]) {
      it(`never loses a secret that nodes do not know in time, and resumes with it: rotation ${rotationId}`, async () => {
        const bench = await open();
        const grace = { gracePeriodSeconds: 7200 };
        if (rotationId === "2") await bench.up({ ...grace, rotationId: "1" });
        const old = bench.engine.stored?.outputs.secretKey;
        bench.world.advance(1000);
        bench.server.propagationSeconds = 1000;
        assert.match(await bench.fails({ ...grace, rotationId }), /S3 refuses the key/);
        assert.equal(bench.outputs().secretKey, old);
        assert.ok(rotationId === "1" || bench.s3(old) === "200");
        bench.assertNoLeak();
        bench.world.advance(900);
        await bench.restart();
        await bench.engine.refresh();
        const made = bench.server.requests.count(making);
        const outputs = await bench.up({ ...grace, rotationId });
        assert.equal(bench.server.requests.count(making), made, "no other secret is made");
        assert.equal(bench.s3(outputs.secretKey), "200");
        assert.equal(outputs.previousSecretKey, old);
      });
    }
  });

  describe(`${name}: before the next secret is made`, () => {
    let bench: Bench;
    let first: Outputs;
    beforeEach(async () => {
      bench = await open();
      first = await bench.up({ ...HOUR, rotationId: "1" });
    });
    const made = () => bench.server.requests.count(making);
    const faulty = (fault: Fault) => {
      bench.server.faults = (_request, _sequence, kind) => (kind.startsWith("S3") ? fault : undefined);
    };
    const asked = async (inputs: object) => {
      const before = bench.server.requests.entries.length;
      await bench.up({ ...inputs });
      return bench.server.requests.entries.slice(before).map(({ kind }) => kind);
    };

    for (const fault of [
      { kind: "cut", when: "before" },
      { kind: "answer", status: 500 },
    ] as const) {
      it(`a rotation while S3 cannot be reached does not end the secret that consumers hold: ${fault.kind}`, async () => {
        const before = made();
        faulty(fault);
        const message = await bench.fails({ ...HOUR, rotationId: "2" });
        assert.match(message, /^proving key .*No other secret was made, .*: the current one lives on\. .+\.$/);
        assert.equal(made(), before);
        bench.server.faults = undefined;
        bench.world.advance(4000);
        assert.equal(bench.s3(first.secretKey), "200");
        assert.equal(bench.outputs().previousKeyExpiresAt, undefined);
        const second = await bench.up({ ...HOUR, rotationId: "2" });
        assert.deepEqual([bench.s3(first.secretKey), bench.s3(second.secretKey)], ["200", "200"]);
        bench.assertEndsIn(3600);
      });
    }

    it("S3 of another system refuses the current secret: nothing is made, and the error says what to check", async () => {
      const before = made();
      faulty({ kind: "answer", status: 401 });
      const message = await bench.fails({ ...HOUR, rotationId: "2" });
      assert.match(message, /S3 refuses it.*none was made.*Check that s3Endpoint belongs to this system\./);
      assert.equal(/prove: false/.test(message), name === "cegedim", "where a renewal by others is not seen");
      bench.assertNoLeak([String(first.secretKey)]);
      assert.equal(made(), before);
      bench.server.faults = undefined;
      assert.equal(bench.s3(first.secretKey), "200");
    });

    it("a secret that has long been proven is not waited for as a new one is", async () => {
      bench.world.advance(1000);
      faulty({ kind: "answer", status: 401 });
      const before = bench.world.now().getTime();
      await bench.fails({ ...HOUR, rotationId: "2" });
      const waited = (bench.world.now().getTime() - before) / 1000;
      assert.ok(waited >= 3 && waited < 10, `it waited ${waited} s`);
    });

    it("costs one request to S3 more", async () => {
      const kinds = await asked({ ...HOUR, rotationId: "2" });
      const proofs = kinds.flatMap((kind, place) => (kind === "S3 ListBuckets" ? [place] : []));
      const [current, next] = proofs;
      assert.equal(proofs.length, 2);
      assert.ok(current !== undefined && next !== undefined);
      assert.ok(current < kinds.indexOf(making) && kinds.indexOf(making) < next);
    });

    it("is not asked where nothing is proven", async () => {
      const kinds = await asked({ ...HOUR, rotationId: "2", prove: false });
      assert.ok(!kinds.includes("S3 ListBuckets"));
    });

    it("is not asked where the current secret is to end at once", async () => {
      const kinds = await asked({ rotationId: "2", gracePeriodSeconds: 0 });
      assert.ok(kinds.indexOf("S3 ListBuckets") > kinds.indexOf(making));
    });

    it("a locked user's secret counts as proven", async () => {
      const second = await bench.up({ ...HOUR, rotationId: "2", locked: true });
      assert.deepEqual(
        [bench.s3(first.secretKey), bench.s3(second.secretKey)],
        ["403 AccessDenied", "403 AccessDenied"],
      );
    });
  });
}
