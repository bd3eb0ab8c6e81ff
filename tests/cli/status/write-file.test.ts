/** Files that are replaced in one step. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { replaceFile } from "../../../cli/status/write-file";

describe("a file that is replaced", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "object-users-file-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  for (const mode of [0o600, 0o644]) {
    it(`is made with mode ${mode.toString(8)}, whatever the umask is`, async () => {
      const before = process.umask(0o077);
      try {
        await replaceFile(path.join(directory, "a"), "text", mode);
      } finally {
        process.umask(before);
      }
      assert.equal(statSync(path.join(directory, "a")).mode & 0o777, mode);
    });
  }

  it("keeps the mode that somebody gave it", async () => {
    const file = path.join(directory, "a");
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    await replaceFile(file, "new", 0o600);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.equal(readFileSync(file, "utf8"), "new");
  });

  it("is another file then: who reads the old one reads it to its end, and nothing else is left", async () => {
    const file = path.join(directory, "a.prom");
    writeFileSync(file, "old");
    const before = statSync(file).ino;
    await replaceFile(file, "new", 0o644);
    assert.notEqual(statSync(file).ino, before);
    assert.deepEqual(readdirSync(directory), ["a.prom"]);
  });

  it("stays as it was when it cannot be replaced, and no draft is left", async () => {
    const taken = path.join(directory, "taken");
    mkdirSync(path.join(taken, "deeper"), { recursive: true });
    await assert.rejects(replaceFile(taken, "new", 0o600));
    assert.deepEqual(readdirSync(directory), ["taken"]);
    assert.deepEqual(readdirSync(taken), ["deeper"]);
    await assert.rejects(replaceFile(path.join(directory, "none", "a"), "new", 0o600), { code: "ENOENT" });
  });
});
