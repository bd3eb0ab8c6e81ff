/** What a run knows of a user, after what Pulumi asked of two resources in two processes: A, which asks, and B. */
import assert from "node:assert/strict";
import { managedByAnother } from "../../provider/lifecycle/ownership";
import { ownBoard } from "../../provider/pulumi/board";
import { type Before, Run } from "../../provider/pulumi/run";

const USER = "rgw https://one.test ann";
const had = (identity: string): Before => ({ identity, users: [USER] });
const others: Before = { identity: "B", users: ["rgw https://one.test ben"] };

type Event = (a: Run, b: Run) => void;

const stays: Event = (a) => {
  a.declares("A", [USER], had("A"));
  a.keeps("A", [USER]);
};
const isNew: Event = (a) => a.declares("A", [USER], undefined);
const isReplaced: Event = (a) => {
  a.declares("A", [USER], had("A"));
  a.declares("A", [USER], undefined);
};
const isMade: Event = (a) => a.holds("A", [USER]);
const isDeleted: Event = (a) => a.deleted("A", USER);
const otherStays: Event = (_, b) => {
  b.declares("B", [USER], had("B"));
  b.keeps("B", [USER]);
};
const otherIsNew: Event = (_, b) => b.declares("B", [USER], undefined);
const otherGetsIt: Event = (_, b) => b.declares("B", [USER], others);
const otherMadeIt: Event = (_, b) => b.holds("B", [USER]);
const otherIsRefreshed: Event = (_, b) => b.keeps("B", [USER]);
const otherDeletedIt: Event = (_, b) => b.deleted("B", USER);
const otherWasA: Event = (_, b) => b.declares("B", [USER], had("A"));

/** What A is told: the user is another resource's, A is to have it anew, A may not delete it. */
type Told = "of another" | "replaced" | "needed";

const rows: readonly [what: string, events: readonly Event[], told: readonly Told[]][] = [
  ["nothing was asked, as in destroy", [], []],
  ["A keeps the user, and a former self of A is deleted", [stays], ["needed"]],
  ["A is to have it", [isNew], []],
  ["A has just made it", [isNew, isMade], ["needed"]],
  ["A is to have it anew", [isReplaced], ["replaced"]],
  ["A has deleted it, and is to have it anew", [isReplaced, isDeleted], []],
  ["A has made it anew, before its former self is deleted", [isReplaced, isMade], ["needed"]],
  ["A has deleted and made it", [isReplaced, isDeleted, isMade], ["needed"]],
  ["B keeps it", [otherStays], ["of another", "needed"]],
  ["B is to have it, too", [isNew, otherIsNew], ["needed"]],
  ["B, which had another user, is to have it", [otherGetsIt], ["needed"]],
  ["B has made it", [otherIsNew, otherMadeIt], ["of another", "needed"]],
  ["B has made it and deleted it", [otherIsNew, otherMadeIt, otherDeletedIt], ["needed"]],
  ["B has it still, and the program gives it to A", [otherMadeIt, isNew], ["needed"]],
  ["B was refreshed, and the program does not have it", [otherIsRefreshed], []],
  ["B was refreshed, and the program has it", [otherIsRefreshed, otherStays], ["of another", "needed"]],
  ["B is A under another name", [otherWasA], ["of another"]],
];

describe("a run", () => {
  for (const [what, events, told] of rows) {
    it(`knows what became of a user: ${what}`, () => {
      const board = ownBoard();
      const [a, b] = [new Run(board), new Run(board)];
      for (const event of events) event(a, b);
      const answers = {
        "of another": a.isOfAnother("A", USER),
        replaced: a.isReplaced("A", USER),
        needed: a.isNeeded("A", USER),
      };
      assert.deepEqual(
        Object.entries(answers).flatMap(([name, isSo]) => (isSo ? [name] : [])),
        told,
      );
    });
  }

  it("takes a resource without an identity, as the first release left it, for the one that had the user", () => {
    const board = ownBoard();
    const run = new Run(board);
    run.declares("A", [USER], { identity: undefined, users: [USER] });
    assert.equal(run.isNeeded(undefined, USER), false);
    run.declares("B", [USER], undefined);
    assert.equal(run.isNeeded(undefined, USER), true);
  });

  it("knows nothing of a user of the same name elsewhere", () => {
    const run = new Run(ownBoard());
    run.holds("B", ["rgw https://two.test ann"]);
    assert.equal(run.isNeeded("A", USER), false);
    assert.equal(run.isOfAnother("A", USER), false);
  });

  it("says how one user comes to one resource", () => {
    const spec = { name: "ann", where: {}, fields: {}, createKey: true, ownKey: { accessKey: "MINE" } };
    assert.match(managedByAnother(spec, {}).message, /another resource of this program manages this user.*alias/s);
    assert.match(managedByAnother(spec, { keysOnly: true }).message, /of user "ann".*has key MINE.*another key/s);
  });
});
