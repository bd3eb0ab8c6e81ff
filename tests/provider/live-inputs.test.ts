/** What a refresh stores as inputs passes check, whatever somebody did on the system; and its findings are words. */
import assert from "node:assert/strict";
import type { Backend } from "../../provider/backends/backend";
import { cegedim } from "../../provider/backends/cegedim";
import { ecs } from "../../provider/backends/ecs";
import { infomaniak } from "../../provider/backends/infomaniak";
import { openstack } from "../../provider/backends/openstack";
import { rgw } from "../../provider/backends/rgw";
import { checkInputs } from "../../provider/inputs";
import type { Fields } from "../../provider/lifecycle/model";
import { liveInputs, withoutFindings } from "../../provider/live-inputs";
import type { Inputs } from "../../provider/state";
import { key, known } from "./lifecycle/samples";

const ANN = { uid: "ann", displayName: "Ann" };
const KEYSTONE = { name: "ann", project: "media", domain: "Default", roles: ["member"] };
const CLOUD = { publicCloudId: 1, projectId: 2, description: "Ann" };
const OBJECTS = { userId: "ann", namespace: "ns1" };
const STORE = { objectStore: "cos-a", label: "app" };

describe("inputs that a refresh stores", () => {
  const rows: readonly [what: string, backend: Backend, declared: Inputs, seen: Fields, stored: Inputs][] = [
    ["as it was", rgw as Backend, ANN, { displayName: "Ann" }, {}],
    ["a change that a program could make", rgw as Backend, ANN, { displayName: "Eve" }, { displayName: "Eve" }],
    ["one of what is only watched", rgw as Backend, ANN, { displayName: "Ann", maxBuckets: 3 }, { maxBuckets: 3 }],
    ["a name in two lines", rgw as Backend, ANN, { displayName: "Two\nlines" }, {}],
    ["no name", rgw as Backend, ANN, { displayName: "" }, {}],
    ["an e-mail that is too long", rgw as Backend, ANN, { displayName: "Ann", email: "x".repeat(300) }, {}],
    [
      "a placement that was taken away below its storage class",
      rgw as Backend,
      { ...ANN, defaultPlacement: "p", defaultStorageClass: "COLD" },
      { displayName: "Ann", defaultPlacement: "", defaultStorageClass: "HOT" },
      { defaultStorageClass: "HOT" },
    ],
    [
      "caps of a release that is not known here",
      rgw as Backend,
      { ...ANN, caps: ["users=read"] },
      { displayName: "Ann", caps: ["users=fly"] },
      {},
    ],
    [
      "inputs of an older release that are refused today",
      rgw as Backend,
      { ...ANN, accessKey: "MINE", rotationId: "1" },
      { displayName: "Ann" },
      { rotationId: undefined },
    ],
    [
      "what only a fleet's member has",
      rgw as Backend,
      { ...ANN, retainOnDelete: true },
      { displayName: "" },
      { retainOnDelete: true },
    ],
    ["a description that is too long", openstack as Backend, KEYSTONE, { description: "x".repeat(2000) }, {}],
    ["no roles", openstack as Backend, KEYSTONE, { roles: [] }, {}],
    ["a description with other characters", infomaniak as Backend, CLOUD, { description: "Änn!" }, {}],
    ["a tag without a value", ecs as Backend, { ...OBJECTS, tags: { a: "1" } }, { tags: { a: "" } }, {}],
    ["a tag without a value where none is declared", ecs as Backend, OBJECTS, { tags: { a: "" } }, {}],
    ["a lock", ecs as Backend, OBJECTS, { locked: true }, { locked: true }],
    ["a label with a space behind it", cegedim as Backend, STORE, { label: "app ", locked: true }, { locked: true }],
  ];
  for (const [what, backend, declared, seen, stored] of rows) {
    it(`pass check: ${backend.resource}, ${what}`, () => {
      const { defaults: baseline } = backend;
      const live = liveInputs(known([key("A", "")], "A", { fields: seen, baseline }), declared, backend);
      const { retainOnDelete: _, ...own } = live;
      assert.deepEqual(checkInputs(backend, own, own), { inputs: own, failures: [] });
      assert.deepEqual(live, JSON.parse(JSON.stringify({ ...declared, ...stored })));
    });
  }
});

describe("findings of a refresh", () => {
  const published = { accessKey: "A", secretKey: "x" };
  const gone = known([], undefined, { published });
  const replaced = known([key("A", "")], undefined, { published });
  const rows: readonly [what: string, seen: typeof gone, declared: Inputs, found: Inputs, taken: Inputs][] = [
    ["a key is gone", gone, {}, { accessKey: "A (gone from the system)" }, {}],
    [
      "an own key is gone: it stays declared",
      gone,
      { accessKey: "A", secretKey: "s" },
      { accessKey: "A (declared, and gone from the system)", secretKey: "s" },
      { accessKey: "A", secretKey: "s" },
    ],
    ["a secret is replaced", replaced, {}, { secretKey: "(replaced on the system)" }, {}],
    [
      "an own secret is replaced: what is there is taken",
      replaced,
      { accessKey: "A", secretKey: "s" },
      { accessKey: "A", secretKey: "(replaced on the system)" },
      { accessKey: "A" },
    ],
    [
      "there are keys of others",
      known([key("A", "")], "A", { foreign: ["F"] }),
      { exclusiveKeys: true },
      { exclusiveKeys: true, foreignKeys: ["F"] },
      { exclusiveKeys: true },
    ],
  ];
  for (const [what, seen, declared, found, taken] of rows) {
    it(`are taken out by check: ${what}`, () => {
      const live = liveInputs({ ...seen, fields: { displayName: "Ann" } }, { ...ANN, ...declared }, rgw as Backend);
      assert.deepEqual(live, { ...ANN, ...found });
      assert.deepEqual(checkInputs(rgw as Backend, live, live), { inputs: { ...ANN, ...taken }, failures: [] });
      assert.deepEqual(withoutFindings(live, live), { ...ANN, ...taken });
    });
  }

  it("are nothing that a program can say", () => {
    const { failures } = checkInputs(rgw as Backend, {}, { ...ANN, foreignKeys: ["F"] });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["foreignKeys"],
    );
  });
});
