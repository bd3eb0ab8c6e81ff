/** Two resources of one program that come to the same user by names that change: neither takes it from the other. */
import assert from "node:assert/strict";
import { IDENTITY } from "../../provider/protocol";
import { type Board, ownBoard } from "../../provider/pulumi/board";
import type { Inputs } from "../../provider/pulumi/state";
import { Engine, inClear } from "../provider/engine";
import { cegedimWith, STORE } from "./cegedim";
import { openBeside, openStack, type Stack } from "./stack";

const labelled = (label: string, more = {}) => ({ objectStore: STORE, label, ...more });
const another = (verb: string) =>
  new RegExp(`${verb} user .*: another resource of this program manages this user.*remove one of them`, "s");

describe("a user whose name is a setting", () => {
  let stack: Stack;
  let one: Engine;
  let two: Engine;

  /** Pulumi has a process of its own for each run. */
  const nextRun = async () => {
    const board = ownBoard();
    for (const engine of [one, two]) engine.provider = await opened(board);
  };
  const opened = (board: Board) => openBeside(stack, cegedimWith().backend, { board });

  beforeEach(async () => {
    stack = await openStack(cegedimWith());
    const board = ownBoard();
    one = new Engine(await opened(board), stack.world, "one");
    two = new Engine(await opened(board), stack.world, "two");
    await one.up(labelled("ann"));
    await nextRun();
  });
  /** What Pulumi asks of the first resource before it changes it. */
  const asked = async ({ stored, provider }: Engine, program: Inputs) => {
    const { id, inputs, outputs } = stored ?? assert.fail();
    const { inputs: news } = await provider.check({ ...inputs }, { ...program, [IDENTITY]: "one" });
    await provider.diff(id, { ...outputs }, inClear(news));
  };
  const users = async () => [await stack.system.count("ann"), await stack.system.count("ben")];

  it("is not adopted by its old name while its resource is about to rename it", async () => {
    await asked(one, labelled("ben"));
    await assert.rejects(two.up(labelled("ann", { adopt: true })), another("creating"));
    await one.up(labelled("ben"));
    await nextRun();
    await one.up(labelled("ben"));
    await two.up(labelled("ann", { adopt: true }));
    assert.notEqual(one.stored?.outputs.userId, two.stored?.outputs.userId);
    assert.deepEqual(await users(), [1, 1]);
  });

  it("that was adopted before its resource was asked is not renamed, and stays when the second resource goes", async () => {
    await two.up(labelled("ann", { adopt: true }));
    await assert.rejects(one.up(labelled("ben")), another("updating"));
    await nextRun();
    await one.up(labelled("ann"));
    await two.destroy();
    assert.deepEqual(await users(), [1, 0]);
    await nextRun();
    await one.destroy();
    assert.deepEqual(await users(), [0, 0]);
  });
});
