/** What is done when the process ends. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { endingOf } from "../../provider/at-end";

describe("the end of the process", () => {
  const ending = () => {
    const killed: string[] = [];
    const process = Object.assign(new EventEmitter(), {
      pid: 1,
      kill: (_pid: number, signal: string) => killed.push(signal),
    });
    return { process, killed, atEnd: endingOf(process) };
  };

  it("does its tasks on a signal, and then ends as the signal would have", async () => {
    const { process, killed, atEnd } = ending();
    const done: string[] = [];
    atEnd(async () => void done.push("out"));
    process.emit("SIGTERM", "SIGTERM");
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([done, killed, process.listenerCount("SIGTERM")], [["out"], ["SIGTERM"], 0]);
  });

  it("leaves the end to somebody else who listens", async () => {
    const { process, killed, atEnd } = ending();
    process.on("SIGINT", () => undefined);
    atEnd(async () => Promise.reject(new Error("nobody's business")));
    process.emit("SIGINT", "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(killed, []);
  });

  it("does its tasks once when there is nothing left to do", async () => {
    const { process, atEnd } = ending();
    let times = 0;
    atEnd(async () => void times++);
    process.emit("beforeExit", 0);
    process.emit("beforeExit", 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(times, 1);
  });
});
