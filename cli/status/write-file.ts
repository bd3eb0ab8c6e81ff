/** Writing a file so that nobody ever reads half of it. */
import { randomBytes } from "node:crypto";
import { chmod, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";

/**
 * Replaces a file in one step: whoever reads it sees the old content or the new. A file that is there keeps its mode; a new
 * one gets `mode`. Rejects, and leaves the old file as it was, when the directory cannot be written.
 */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  // In the same directory, because a rename between file systems is a copy; with a dot and without the file's own
  // extension, so that nobody who collects files takes it for one.
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}`);
  const kept = await stat(file).then(
    (before) => before.mode & 0o777,
    () => mode,
  );
  try {
    await writeFile(draft, text, { flag: "wx", mode: 0o600 });
    await chmod(draft, kept);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
