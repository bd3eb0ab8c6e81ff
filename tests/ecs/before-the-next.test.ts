/**
 * Systems that end secrets by themselves: before the next one is made, and the end of the current one fixed with it, the
 * current one is proven by the same road.
 */
import assert from "node:assert/strict";
import type { Fault } from "../../devserver/rgw/fault";
import type { Outputs } from "../../provider/state";
import { openBench as openCegedim } from "../cegedim/bench";
import { type Bench, openBench as openEcs, type Server } from "./bench";

interface Log {
  count(kind?: string): number;
  readonly entries: readonly { readonly kind: string }[];
}

type System = Bench<Server & { readonly requests: Log }>;

const SYSTEMS: readonly [name: string, open: () => Promise<System>, making: string][] = [
  ["ecs", openEcs, "POST keys"],
  ["cegedim", openCegedim, "PATCH user renewSecretKey"],
];
const HOUR = { gracePeriodSeconds: 3600 };

for (const [name, open, making] of SYSTEMS) {
  describe(`${name}: before the next secret is made`, () => {
    let bench: System;
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

describe("cegedim: a secret that somebody else renewed", () => {
  it("is not taken for one that works: nothing is made until prove: false says so", async () => {
    const bench = await openCegedim();
    const first = await bench.up({ ...HOUR, rotationId: "1" });
    bench.server
      .users()
      .app?.secrets.add("somebody-elses-secret", bench.world.now().getTime(), bench.world.now().getTime());
    assert.notEqual(bench.s3(first.secretKey), "200");
    assert.match(
      await bench.fails({ ...HOUR, rotationId: "2" }),
      /If somebody else renewed the secret, run up once with/,
    );
    await bench.up({ ...HOUR, rotationId: "2", prove: false });
    const { secretKey } = await bench.up({ ...HOUR, rotationId: "2" });
    assert.equal(bench.s3(secretKey), "200");
  });
});
