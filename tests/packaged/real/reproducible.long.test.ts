/** A release has the same bytes when it is made again. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { needReleases, release, sha256 } from "./release";

describe("releases for this platform", function () {
  this.timeout(600_000);
  const work = mkdtempSync(path.join(tmpdir(), "object-users-releases-test-"));
  before(function () {
    needReleases(this);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it("have the same bytes", async () => {
    const [one = "", other = ""] = [await made("one"), await made("other")];
    assert.equal(sha256(one), sha256(other));
  });

  const made = (name: string) => release(path.join(work, name), "https://releases.example.com/object-users");
});
