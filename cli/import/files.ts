/** The files that an import leaves: never over one that is there, unless that is wanted; secrets for nobody else to read. */
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { UsageError } from "../exit";

/** A file to be written. */
export interface OutputFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Throws a UsageError when one of the files is there already. */
export function refuseExisting(paths: readonly string[], force: boolean): void {
  if (new Set(paths).size < paths.length) throw new UsageError("--out and --program must be two files.");
  const there = force ? [] : paths.filter((path) => existsSync(path));
  if (there.length > 0)
    throw new UsageError(
      `${there.join(" and ")} ${there.length > 1 ? "exist" : "exists"} already. Give other names, or --force.`,
    );
}

/** Writes the files. With `force` each takes the place of what was there in one step, with its own mode. */
export function writeFiles(files: readonly OutputFile[], force: boolean): void {
  for (const { path, text, mode } of files) {
    if (!force) {
      writeFileSync(path, text, { mode, flag: "wx" });
      continue;
    }
    const beside = `${path}.${process.pid}.new`;
    try {
      writeFileSync(beside, text, { mode, flag: "wx" });
      renameSync(beside, path);
    } finally {
      rmSync(beside, { force: true });
    }
  }
}
