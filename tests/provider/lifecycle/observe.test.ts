/** What is known after looking: which keys stay in the ring, which are broken, what a first sight takes as given. */
import assert from "node:assert/strict";
import type { Known, Live } from "../../../provider/lifecycle/model";
import { firstSight, observe } from "../../../provider/lifecycle/observe";
import { key, known, live, retired, spec } from "./samples";

/** What the tables compare: ids of the ring (a star: proven), of foreign keys, and of the published key. */
function brief({ keys, foreign, published }: Known) {
  return {
    ring: keys.map(({ id, provenAt }) => `${id}${provenAt === undefined ? "" : "*"}`).join(" "),
    foreign: foreign.map(({ id }) => id).join(" "),
    published: published && `${published.accessKey}${published.id === undefined ? " broken" : ""}`,
  };
}

describe("observe", () => {
  const ring = [retired("A", "1", -60, 3540), key("B", "2")];
  const replaced = { id: "B", accessKey: "B", secretKey: "another" };
  const hidden = { id: "B", accessKey: "B" };
  const rows: readonly [what: string, seen: Live["keys"], after: ReturnType<typeof brief>][] = [
    ["all there", live(["A", "B"]).keys, { ring: "A* B*", foreign: "", published: "B" }],
    ["another order", live(["B", "A"]).keys, { ring: "A* B*", foreign: "", published: "B" }],
    ["one more", live(["A", "B", "F"]).keys, { ring: "A* B*", foreign: "F", published: "B" }],
    ["the retired one is gone", live(["B"]).keys, { ring: "B*", foreign: "", published: "B" }],
    ["the published one is gone", live(["A"]).keys, { ring: "A*", foreign: "", published: "B broken" }],
    ["no key left", [], { ring: "", foreign: "", published: "B broken" }],
    [
      "its secret was replaced",
      [...(live(["A"]).keys ?? []), replaced],
      { ring: "A* B", foreign: "", published: "B broken" },
    ],
    ["its secret is not shown", [...(live(["A"]).keys ?? []), hidden], { ring: "A* B*", foreign: "", published: "B" }],
    ["keys are not listed at all", undefined, { ring: "A* B*", foreign: "", published: "B" }],
  ];
  for (const [what, seen, after] of rows) {
    it(what, () => {
      const { keys: _, ...user } = live([]);
      assert.deepEqual(brief(observe(known(ring, "B"), { ...user, ...(seen ? { keys: seen } : {}) })), after);
    });
  }

  it("takes settings as they are, and keeps the baseline", () => {
    const after = observe(known([], undefined, { fields: { a: 1 }, baseline: { a: 0 } }), live([], { a: 2 }));
    assert.deepEqual([after.fields, after.baseline], [{ a: 2 }, { a: 0 }]);
  });

  it("learns secrets, and keeps no secret of others in the list of foreign keys", () => {
    const after = observe(known([key("A", "1")], "A", { secrets: {} }), live(["A", "F"]));
    assert.deepEqual(after.secrets, { A: "hush A", F: "hush F" });
    assert.deepEqual(after.foreign, [{ id: "F", accessKey: "F" }]);
  });

  it("a broken key stays what consumers hold", () => {
    assert.deepEqual(observe(known(ring, "B"), live([])).published, { accessKey: "B", secretKey: "hush B" });
  });

  it("what was broken stays broken until it is published anew", () => {
    const broken = observe(known(ring, "B"), live(["A"]));
    assert.equal(observe(broken, live(["A", "B"])).published?.id, undefined);
  });

  it("changes nothing in place", () => {
    const before = known(ring, "B");
    const copy = structuredClone(before);
    observe(before, live(["F"], { a: 1 }));
    assert.deepEqual(before, copy);
  });
});

describe("firstSight", () => {
  const defaults = { quota: 0, mask: "all" };
  const rows: readonly [what: string, declared: object, seen: object, takenOver: boolean, baseline: object][] = [
    ["made just now: what the system gave", {}, { quota: 5, mask: "all" }, false, { quota: 5, mask: "all" }],
    [
      "made with a setting: it goes back to the default",
      { quota: 9 },
      { quota: 9, mask: "all" },
      false,
      { quota: 0, mask: "all" },
    ],
    ["taken over: everything as it was", { quota: 9 }, { quota: 5, mask: "none" }, true, { quota: 5, mask: "none" }],
    ["not shown by the system: the default", {}, {}, true, { quota: 0, mask: "all" }],
    ["what has no default is not watched", {}, { quota: 0, mask: "all", name: "x" }, false, { quota: 0, mask: "all" }],
  ];
  for (const [what, declared, seen, takenOver, baseline] of rows) {
    it(what, () => {
      const wish = spec({ fields: declared as Known["fields"] });
      const first = firstSight(live([], seen as Record<string, number>), wish, defaults, { takenOver });
      assert.deepEqual(first.baseline, baseline);
    });
  }

  it("a key made with the user is of the ring, others are foreign, none is published", () => {
    const first = firstSight(live(["A", "F"]), spec(), {}, { takenOver: false, made: key("A", "1") });
    assert.deepEqual(brief(first), { ring: "A*", foreign: "F", published: undefined });
    assert.equal(first.secrets.A, "hush A");
  });

  it("a key that was made and is not listed is not of the ring", () => {
    const first = firstSight(live(["F"]), spec(), {}, { takenOver: false, made: key("A", "1") });
    assert.deepEqual(brief(first), { ring: "", foreign: "F", published: undefined });
  });
});
