/** One thing at a time per name, in the order of asking; names do not wait for each other; nothing is kept. */
import assert from "node:assert/strict";
import { Locks } from "../../provider/pulumi/locks";

describe("Locks", () => {
  it("runs tasks of one name one after the other, also after a failure", async () => {
    const locks = new Locks();
    const events: string[] = [];
    const task =
      (name: string, fails = false) =>
      async () => {
        events.push(`${name} begins`);
        await new Promise(setImmediate);
        events.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([
      locks.hold("ann", task("1")),
      locks.hold("ann", task("2", true)),
      locks.hold("ann", task("3")),
    ]);
    assert.deepEqual(events, ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
  });

  it("lets other names pass", async () => {
    const locks = new Locks();
    let release = () => {};
    const slow = locks.hold(
      "ann",
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    assert.equal(await locks.hold("bob", async () => "bob"), "bob");
    release();
    await slow;
  });

  it("forgets a name when nobody waits", async () => {
    const locks = new Locks();
    await Promise.all([locks.hold("ann", async () => 1), locks.hold("ann", async () => 2)]);
    assert.equal((locks as unknown as { tails: Map<string, unknown> }).tails.size, 0);
  });
});
