/** Reading a log while it grows, is rotated, emptied or gone for a moment. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { OpsLog } from "../../../cli/usage/ops-log";
import { logged } from "./logged";

const lineOf = (accessKey: string, minute = 0) =>
  `${logged({ accessKey, time: `2026-11-27T08:${String(minute).padStart(2, "0")}:00.000000Z` })}\n`;

describe("an ops log", () => {
  let directory: string;
  let file: string;
  let keys: (string | undefined)[];
  let log: OpsLog;
  const { signal } = new AbortController();

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "object-users-ops-log-"));
    file = path.join(directory, "ops.log");
    keys = [];
    log = new OpsLog(
      file,
      () => Readable.from([]),
      ({ accessKey }) => keys.push(accessKey),
    );
    writeFileSync(file, lineOf("A", 1));
  });
  afterEach(async () => {
    await log.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const reads = async (...expected: string[]) => {
    assert.equal(await log.readOn(signal), true);
    assert.deepEqual(keys.splice(0), expected);
  };

  it("is read once, and then what is new, whole lines only", async () => {
    await reads("A");
    await reads();
    const line = lineOf("B", 3);
    appendFileSync(file, line.slice(0, 50));
    await reads();
    appendFileSync(file, line.slice(50) + lineOf("C", 2));
    await reads("B", "C");
    const times = { since: "2026-11-27T08:01:00.000Z", until: "2026-11-27T08:03:00.000Z" };
    assert.deepEqual(log.reading, { log: file, requests: 3, unreadable: 0, ...times });
  });

  it("is read over a rotation, with what the gateway still writes to the old file", async () => {
    await reads("A");
    appendFileSync(file, lineOf("B"));
    renameSync(file, `${file}.1`);
    await reads("B");
    appendFileSync(`${file}.1`, lineOf("C"));
    writeFileSync(file, lineOf("D"));
    await reads("C", "D");
    appendFileSync(`${file}.1`, lineOf("E"));
    appendFileSync(file, lineOf("F"));
    await reads("E", "F");
    renameSync(file, `${file}.2`);
    writeFileSync(file, lineOf("G"));
    await reads("G");
  });

  it("is read from its beginning when it was emptied; a half line before that is none", async () => {
    appendFileSync(file, '{"bucket":');
    await reads("A");
    truncateSync(file);
    await reads();
    appendFileSync(file, lineOf("B"));
    await reads("B");
    assert.equal(log.reading.unreadable, 1);
  });

  it("counts a line that is cut off at the end when it is closed", async () => {
    appendFileSync(file, '{"bucket":');
    await reads("A");
    await log.close();
    assert.deepEqual([log.reading.requests, log.reading.unreadable], [1, 1]);
  });

  it("says that there is none", async () => {
    rmSync(file);
    await assert.rejects(log.readOn(signal), /the ops log .*ops\.log cannot be read: ENOENT/);
  });

  it("says that it is a directory", async () => {
    rmSync(file);
    log = new OpsLog(
      directory,
      () => Readable.from([]),
      () => {},
    );
    await assert.rejects(log.readOn(signal), /cannot be read: EISDIR/);
  });

  it("is standard input up to its end, and nothing can come then", async () => {
    const pieces = [`[${lineOf("A").trim()},\n`, `${lineOf("B").trim()},\n`];
    log = new OpsLog(
      "-",
      () => Readable.from(pieces),
      ({ accessKey }) => keys.push(accessKey),
    );
    assert.equal(await log.readOn(signal), false);
    assert.equal(await log.readOn(signal), false);
    assert.deepEqual(keys, ["A", "B"]);
  });

  it("ends when it is interrupted while standard input is open", async () => {
    const interrupt = new AbortController();
    const input = new Readable({ read() {} });
    input.push(lineOf("A"));
    log = new OpsLog(
      "-",
      () => input,
      () => interrupt.abort(),
    );
    await log.readOn(interrupt.signal);
    assert.equal(log.reading.requests, 1);
  });
});
