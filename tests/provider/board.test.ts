/** The board of a run: what processes of one run tell each other, and what is left of it afterwards. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Board, boardOfThisRun, ownBoard, sharedBoard } from "../../provider/pulumi/board";

const note = (user: string, resource = "me") => ({ resource, user, says: "holds" }) as const;
const saysAbout = (board: Board, user: string) => board.about(user).map(({ resource }) => resource);

describe("the board of a run", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "object-users-board-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  // Two processes that are alive: this one, and the one that started it.
  const mine = () => sharedBoard(folder, "127.0.0.1-1", process.pid);
  const others = (run = "127.0.0.1-1") => sharedBoard(folder, run, process.ppid);

  it("shows what every process of the run noted, the oldest first, and goes on reading", () => {
    const [one, other] = [mine(), others()];
    one.post([note("ann", "first"), note("bob")]);
    other.post([note("ann", "second")]);
    assert.deepEqual(saysAbout(one, "ann"), ["first", "second"]);
    assert.deepEqual(saysAbout(other, "ann"), ["first", "second"]);
    other.post([note("ann", "third")]);
    assert.deepEqual(saysAbout(one, "ann"), ["first", "second", "third"]);
    assert.deepEqual(saysAbout(one, "cyn"), []);
  });

  it("shows the first note of a process that had none a moment ago", () => {
    const [one, other] = [mine(), others()];
    assert.deepEqual(saysAbout(one, "ann"), []);
    other.post([note("ann", "second")]);
    assert.deepEqual(saysAbout(one, "ann"), ["second"]);
  });

  it("does not show what was noted in another run", () => {
    others("127.0.0.1-2").post([note("ann")]);
    assert.deepEqual(saysAbout(mine(), "ann"), []);
  });

  it("passes over a line that is cut off or no note, and takes the rest", () => {
    const [one, other] = [mine(), others()];
    other.post([note("ann", "whole")]);
    const [file = ""] = readdirSync(folder);
    appendFileSync(path.join(folder, file), 'nonsense\n{"resource":1}\n{"resource":"cut');
    assert.deepEqual(saysAbout(one, "ann"), ["whole"]);
  });

  it("is empty for who comes after a process that has ended, and its file is removed", async () => {
    const ended = spawn(process.execPath, ["-e", ""]);
    await once(ended, "exit");
    const left = path.join(folder, `127.0.0.1-1+${ended.pid}`);
    writeFileSync(left, `${JSON.stringify({ ...note("ann"), at: 1 })}\n`);
    assert.deepEqual(saysAbout(mine(), "ann"), []);
    assert.equal(existsSync(left), false);
  });

  it("lies in files that only their owner can read", () => {
    mine().post([note("ann")]);
    const [file = ""] = readdirSync(folder);
    assert.equal(statSync(path.join(folder, file)).mode & 0o077, 0);
  });

  it("is this process's alone where the folder cannot be written", () => {
    const board = sharedBoard(path.join(folder, "not-there"), "127.0.0.1-1", process.pid);
    board.post([note("ann")]);
    assert.deepEqual(saysAbout(board, "ann"), ["me"]);
    assert.deepEqual(saysAbout(ownBoard(), "ann"), []);
  });

  it("is not shared in a folder that others can enter", () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      const engine = ["node", "plugin", "127.0.0.1:40000"];
      boardOfThisRun(engine).post([note("ann")]);
      const [name = ""] = readdirSync(folder);
      assert.equal(readdirSync(path.join(folder, name)).length, 1);
      rmSync(path.join(folder, name), { recursive: true });
      boardOfThisRun(engine);
      chmodSync(path.join(folder, name), 0o755);
      boardOfThisRun(engine).post([note("ann")]);
      assert.deepEqual(readdirSync(path.join(folder, name)), []);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});
