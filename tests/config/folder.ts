// A temporary directory that only its owner can look into, for files with secrets.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const open = new Set<string>();
process.once("exit", () => {
  for (const directory of open) rmSync(directory, { recursive: true, force: true });
});

/** A directory of its own, of mode 700. */
export interface Folder {
  readonly path: string;
  /** Writes a file of mode 600; the answer is its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Makes a directory. It is removed at the latest when this process exits. */
export function makeFolder(): Folder {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "object-users-config-")));
  open.add(directory);
  return {
    path: directory,
    write(name, text) {
      const file = path.join(directory, name);
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    },
    remove() {
      open.delete(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
