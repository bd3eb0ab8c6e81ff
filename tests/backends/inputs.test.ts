/** What each system could not do is refused in one sentence, before anything is sent; whose inputs are rgw's has its own suite. */
import assert from "node:assert/strict";
import { findBackend } from "../../provider/backends";
import { checkInputs } from "../../provider/pulumi/inputs";
import type { Inputs } from "../../provider/pulumi/state";

const GOOD: Readonly<Record<string, Inputs>> = {
  ecs: { userId: "ann", namespace: "ns1" },
  cegedim: { objectStore: "cos-acme-media", label: "ann" },
  openstack: { name: "ann", project: "media" },
  infomaniak: { publicCloudId: 1200, projectId: 34_000, description: "Ann" },
};

const LEADS_ELSEWHERE = /^(domain|projectId): cannot be "\." or "\.\.": it stands in addresses of Keystone/;
const NO_KEY = /^rotationId: is of no use with createKey: false.*leave one of the two out$/;

const REFUSED: readonly [kind: string, given: Inputs, says: RegExp][] = [
  ["ecs", { userId: "" }, /^userId: must not be empty/],
  ["ecs", { userId: "." }, /^userId: cannot be "\." or "\.\.": it stands in addresses/],
  ["ecs", { userId: ".." }, /^userId: cannot be "\." or "\.\."/],
  ["ecs", { namespace: "a b" }, /^namespace: may have/],
  ["ecs", { namespace: ".." }, /^namespace: cannot be "\." or "\.\."/],
  ["ecs", { tags: { "pulumi-object-users": "x" } }, /^tags: must not have the name/],
  ["ecs", { tags: { a: "" } }, /^tags\.a: must not be empty/],
  ["ecs", { forceDestroy: true }, /^forceDestroy: cannot be true/],
  ["ecs", { gracePeriodSeconds: 1.5 }, /^gracePeriodSeconds: must be a whole number/],
  ["ecs", { usrId: "x" }, /^usrId: is not an input of this resource/],
  ["cegedim", { label: "" }, /^label: must not be empty/],
  ["cegedim", { label: "x".repeat(232) }, /^label: must have at most 231 characters/],
  ["cegedim", { label: " x" }, /^label: must not begin or end with a space/],
  ["cegedim", { label: "x [unfinished ABCDEFGH]" }, /^label: must not end like this/],
  ["cegedim", { objectStore: "media" }, /^objectStore: must be the name of an object store, "cos-…"/],
  ["cegedim", { exclusiveKeys: true }, /^exclusiveKeys: cannot be true: cegedim\.cloud does not list/],
  ["cegedim", { forceDestroy: true }, /^forceDestroy: cannot be true/],
  ["cegedim", { lable: "x" }, /^lable: is not an input of this resource/],
  ["openstack", { project: undefined }, /^project: is required: keys open one project/],
  ["openstack", { projectId: "b" }, /^projectId: cannot be given beside project/],
  ["openstack", { roles: [] }, /^roles: must name a role/],
  ["openstack", { domain: ".." }, LEADS_ELSEWHERE],
  ["openstack", { project: undefined, projectId: "." }, LEADS_ELSEWHERE],
  ["openstack", { Enabled: true }, /^Enabled: .*did you mean "enabled"\?/],
  ["openstack", { createKey: false, rotationId: "1" }, NO_KEY],
  ["infomaniak", { createKey: false, rotationId: "1" }, NO_KEY],
  ["infomaniak", { description: "Zoë" }, /letters A-Z and a-z, digits, spaces and - _ \. only/],
  ["infomaniak", { description: "x".repeat(251) }, /^description: must have at most 250 characters|at most 250/],
];

describe("inputs that a system could not follow", () => {
  const failuresOf = (kind: string, given: Inputs) => {
    const backend = findBackend(kind) ?? assert.fail(kind);
    const { failures } = checkInputs(backend, {}, { ...GOOD[kind], ...given });
    return failures.map(({ property, reason }) => `${property}: ${reason}`);
  };
  for (const [kind, given, says] of REFUSED) {
    it(`${kind} refuses ${JSON.stringify(given).slice(0, 50)}`, () => {
      assert.match(failuresOf(kind, given)[0] ?? "", says);
    });
  }

  it("are refused for nothing else", () => {
    for (const kind of Object.keys(GOOD)) assert.deepEqual(failuresOf(kind, {}), []);
    assert.deepEqual(failuresOf("openstack", { createKey: true, rotationId: "1" }), []);
    assert.deepEqual(failuresOf("infomaniak", { description: "long.".repeat(50) }), []);
  });
});
