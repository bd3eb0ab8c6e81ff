// What a stack leaves in its directories, as text: program, configuration, state with its history and backups, and the logs
// that the CLI writes by itself. To be searched for what must not be there.

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { constants, gunzipSync } from "node:zlib";

/** Every file below a directory but installed packages, by its path. What is compressed, as the CLI's logs, is unpacked. */
export function filesBelow(directory: string): Record<string, string> {
  const files = readdirSync(directory).flatMap((name) => {
    const file = path.join(directory, name);
    const kind = lstatSync(file);
    if (kind.isDirectory()) return name === "node_modules" ? [] : Object.entries(filesBelow(file));
    return kind.isFile() ? [[file, textOf(readFileSync(file))] as const] : [];
  });
  return Object.fromEntries(files);
}

/** The text of a file; of a gzip file, which may be cut off, what it holds. */
function textOf(bytes: Buffer): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes).toString("utf8");
}
