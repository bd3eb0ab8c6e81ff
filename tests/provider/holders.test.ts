/** In which places of an exported state an access key is found, and whose it is taken for. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { holdersOf } from "../../provider/operator/holders";
import { SECRET_SIGNATURE } from "../../provider/pulumi/state";

const OLD = "PULUAAAABBBBCCCCDDDD";
const NEW = "PULUEEEEFFFFGGGG2222";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = (value: unknown) => ({ ...SECRET_SIGNATURE, plaintext: JSON.stringify(value) });
const URN = "urn:pulumi:prod::program::kubernetes:core/v1:Secret::app";

/** The keys that a resource with these outputs holds. */
function found(outputs: unknown, keys: readonly string[] = [OLD, NEW], more: object = {}): string[] {
  const resources = [{ urn: URN, type: "kubernetes:core/v1:Secret", outputs, ...more }];
  return [...holdersOf({ deployment: { resources } }, keys).keys()].sort();
}

describe("holders of an access key", () => {
  for (const [place, outputs] of [
    ["a text", { a: OLD }],
    ["a part of a text", { a: `s3://${OLD}:xyz@host/bucket` }],
    ["something nested", { a: [{ b: { c: OLD } }] }],
    ["the name of a member", { a: { [OLD]: 1 } }],
    ["a secret", { a: secret(OLD) }],
    ["a secret in a secret", { a: secret({ b: secret(OLD) }) }],
    ["JSON as text, in a secret", { a: secret(JSON.stringify({ keys: [{ id: OLD }] })) }],
    ["a secret list", secret([OLD])],
    ["base64", { data: { accessKey: secret(base64(OLD)) } }],
    ["base64 of a longer text", { data: { config: base64(`{"access_key":"${OLD}"}`) } }],
    ["base64 in lines", { stdout: base64(`${"x".repeat(50)}${OLD}${"y".repeat(50)}`).replace(/.{76}/g, "$&\n") }],
  ] as const) {
    it(`is found in ${place}`, () => {
      assert.deepEqual(found(outputs), [OLD]);
      assert.deepEqual(found(undefined, [OLD, NEW], { inputs: outputs }), [OLD]);
    });
  }

  it("is found in base64 at any place of any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (before, behind) => {
        const bytes = Buffer.concat([Buffer.from(before), Buffer.from(OLD), Buffer.from(behind)]);
        assert.deepEqual(found({ a: bytes.toString("base64") }), [OLD]);
        assert.deepEqual(found({ a: bytes.toString("base64url") }), [OLD]);
      }),
      { numRuns: 50 },
    );
  }).timeout(60_000);

  it("is found with signs of its own, escaped as JSON and addresses have them", () => {
    const odd = 'te"am+/=é€';
    for (const text of [odd, JSON.stringify({ odd }), encodeURIComponent(odd), base64(odd), base64(`x${odd}y`)])
      assert.deepEqual(found({ text }, [odd]), [odd], text);
  });

  it("is found in base64 however short it is, where it is the whole value", () => {
    assert.deepEqual(found({ a: base64("ann") }, ["ann"]), ["ann"]);
  });

  it("is not found where a longer key begins or ends with it", () => {
    assert.deepEqual(found({ a: "ann-2" }, ["ann", "ann-2"]), ["ann-2"]);
    assert.deepEqual(found({ a: "x-ann" }, ["ann", "x-ann"]), ["x-ann"]);
    assert.deepEqual(found({ a: "ann-2 and ann" }, ["ann", "ann-2"]), ["ann", "ann-2"]);
  });

  it("tells who holds which, and what an operation that was cut off was to write", () => {
    const stack = { urn: "urn:pulumi:prod::program::pulumi:pulumi:Stack::program-prod", type: "pulumi:pulumi:Stack" };
    const resources = [
      { ...stack, outputs: { key: OLD, other: NEW } },
      { urn: URN, type: "kubernetes:core/v1:Secret", inputs: { key: OLD } },
    ];
    const job = { urn: "urn:pulumi:prod::program::k8s:Job::job::1", type: "k8s:Job", inputs: { key: OLD } };
    const exported = { deployment: { resources, pending_operations: [{ resource: job, type: "creating" }] } };
    const holders = holdersOf(exported, [OLD, NEW]);
    assert.deepEqual(
      holders.get(OLD)?.map(({ title, accessKeys }) => [title, [...accessKeys].sort()]),
      [
        ["the stack's outputs", [OLD, NEW]],
        ['kubernetes:core/v1:Secret "app"', [OLD]],
        ['k8s:Job "job::1"', [OLD]],
      ],
    );
    assert.deepEqual(holders.get(NEW)?.length, 1);
  });

  it("is nobody's when nothing is looked for, whatever the state is", () => {
    assert.equal(holdersOf("no state", []).size, 0);
  });
});
