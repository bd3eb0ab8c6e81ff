/**
 * A cluster's directory: private, in the system's temporary folder, and removed even if its owner was killed.
 *
 * Each directory names the process that made it. Whoever starts a cluster next removes the directories of
 * processes that are gone, and ends what still runs from them.
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atExit } from "./exit";

const prefix = "object-users-ceph-";
const forget = new Map<string, () => void>();

/** Makes a new directory that only the present user can enter. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(directory, "owner"), identity(process.pid) ?? "", { mode: 0o600 });
  forget.set(
    directory,
    atExit(() => removeDirectory(directory)),
  );
  return directory;
}

/** Notes a process that runs from this directory, for `removeStale`. */
export function notePid(directory: string, pid: number): void {
  appendFileSync(join(directory, "pids"), `${pid}\n`, { mode: 0o600 });
}

/** Removes a directory and everything in it. */
export function removeDirectory(directory: string): void {
  forget.get(directory)?.();
  forget.delete(directory);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** Removes the directories of dead owners, and ends the processes that were started in them. */
export function removeStale(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(tmpdir(), name);
    const owner = read(join(directory, "owner"));
    // No owner file: its maker is between mkdir and write, or it is not ours to judge.
    if (owner === undefined || identity(Number(owner.split(" ")[0])) === owner) continue;
    for (const pid of (read(join(directory, "pids")) ?? "").split("\n").filter(Boolean).map(Number)) {
      // A process id may have been given to somebody else since: only one that names the directory is ours.
      if (read(`/proc/${pid}/cmdline`)?.includes(directory)) process.kill(pid, "SIGKILL");
    }
    removeDirectory(directory);
  }
}

/** A process id with its start time, which together are never used twice; undefined when there is none. */
function identity(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the command in brackets and may hold spaces; the start time is the 20th after it.
  return stat === undefined ? undefined : `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
