/** A release for this platform, made by the script of `npm run release`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { type Availability, commandAvailable, skipWithout } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";

/** Skips a suite where no release can be made. */
export function needReleases(suite: Mocha.Context): void {
  const isForbidden = !["", "0", undefined].includes(process.env.OBJECT_USERS_NO_INSTALL);
  const reason = "A release downloads Node from npm (50 MB), and OBJECT_USERS_NO_INSTALL forbids it.";
  const mayLoad: Availability = isForbidden ? { available: false, reason } : { available: true };
  skipWithout(suite, mayLoad, commandAvailable("npm", ["--version"], "npm is not on PATH; it comes with Node."));
}

/** Makes the release into a directory. Returns its only archive. */
export async function release(directory: string, downloadUrl: string): Promise<string> {
  const script = ["-r", "ts-node/register/transpile-only", "tools/plugin/release/main.ts"];
  const given = ["--platform", "this", "--directory", directory, "--download-url", downloadUrl];
  await promisify(execFile)(process.execPath, [...script, ...given], { cwd: REPOSITORY });
  const archives = readdirSync(directory).filter((one) => one !== "SHA256SUMS");
  assert.equal(archives.length, 1);
  return path.join(directory, archives[0] as string);
}

export function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
