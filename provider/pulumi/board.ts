/**
 * The board: where the plugin processes of one run of Pulumi tell each other what they know of users. Pulumi starts a
 * process for each provider instance, and no process sees what another one is asked.
 *
 * Each process appends to a file of its own, in a folder that only its owner can enter. The files of one run have the
 * engine's address in their names. Files of processes that have ended are ignored and removed, so a board never outlives
 * its run. Without such a folder each process knows only what it was asked itself.
 */
import * as fs from "node:fs";
import { tmpdir, userInfo } from "node:os";
import * as path from "node:path";
import * as z from "zod";
import { atEnd } from "../at-end";

const note = z.object({
  /** The identity of the resource that knows. */
  resource: z.string(),
  /** The user: its system's kind, address, and its name there. */
  user: z.string(),
  says: z.enum(["declares", "declares anew", "keeps", "holds", "deleted"]),
  /** The resource had this user when the run began. */
  had: z.boolean().optional(),
  /** The resource's identity when the run began, if that was another one. */
  was: z.string().optional(),
  /** When it was noted, by a clock that all processes of a machine share. */
  at: z.number(),
});

/** What is known of a user and a resource. */
export type Note = Readonly<z.infer<typeof note>>;

/** The notes of one run. */
export interface Board {
  /** Puts up notes for all processes of this run. */
  post(notes: readonly Omit<Note, "at">[]): void;
  /** What all processes of this run noted about a user, the oldest first. */
  about(user: string): readonly Note[];
}

/** A board of one process. */
export function ownBoard(): Board {
  const all = new Pile();
  return { post: (notes) => all.add(dated(notes)), about: (user) => all.about(user) };
}

/** Notes by user. */
class Pile {
  private readonly byUser = new Map<string, Note[]>();

  add(notes: readonly Note[]): void {
    for (const one of notes) {
      const about = this.byUser.get(one.user);
      if (about) about.push(one);
      else this.byUser.set(one.user, [one]);
    }
  }

  about(user: string): readonly Note[] {
    return this.byUser.get(user) ?? [];
  }
}

function dated(notes: readonly Omit<Note, "at">[]): Note[] {
  const at = Number(process.hrtime.bigint());
  return notes.map((one) => ({ ...one, at }));
}

/** The engine's address on a plugin's command line, behind Pulumi's own flags; undefined where there is none. */
export function engineOf(argv: readonly string[]): string | undefined {
  return argv.slice(2).findLast((argument) => /^\[?[\w.][\w.[\]:-]*:\d+$/.test(argument));
}

/** The board of the run that this process belongs to, by its command line: Pulumi gives a plugin the engine's address. */
export function boardOfThisRun(argv: readonly string[]): Board {
  const engine = engineOf(argv);
  if (engine === undefined) return ownBoard();
  const folder = privateFolder(path.join(tmpdir(), `pulumi-object-users-${userInfo().uid}`));
  return folder === undefined ? ownBoard() : sharedBoard(folder, engine.replace(/[^\w.]/g, "-"), process.pid);
}

/** A board in a folder. */
export function sharedBoard(folder: string, run: string, pid: number): Board {
  const own = new Pile();
  const file = path.join(folder, `${run}+${pid}`);
  const others = new Map<string, { size: number; pile: Pile }>();
  let isOpen = false;
  removeEnded(folder, pid);

  /** What another process noted, read on from where the last look ended. */
  const readOther = (name: string): Pile => {
    const seen = others.get(name) ?? { size: 0, pile: new Pile() };
    others.set(name, seen);
    if (fs.statSync(path.join(folder, name)).size === seen.size) return seen.pile;
    const text = fs.readFileSync(path.join(folder, name));
    const end = text.lastIndexOf("\n") + 1;
    seen.pile.add(parsed(text.subarray(seen.size, end).toString()));
    seen.size = end;
    return seen.pile;
  };
  const piles = () => {
    const names = quietly(() => fs.readdirSync(folder)) ?? [];
    const isOthers = (name: string) => name.startsWith(`${run}+`) && pidOf(name) !== pid && isAlive(pidOf(name));
    return names.filter(isOthers).flatMap((name) => quietly(() => [readOther(name)]) ?? []);
  };

  return {
    post(notes) {
      const all = dated(notes);
      own.add(all);
      if (all.length === 0) return;
      if (!isOpen) atEnd(async () => fs.rmSync(file, { force: true }));
      isOpen = true;
      quietly(() => fs.appendFileSync(file, all.map((one) => `${JSON.stringify(one)}\n`).join(""), { mode: 0o600 }));
    },
    about: (user) => [own, ...piles()].flatMap((pile) => pile.about(user)).sort((one, other) => one.at - other.at),
  };
}

function parsed(lines: string): Note[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => quietly(() => [note.parse(JSON.parse(line))]) ?? []);
}

/** A folder that nobody else can enter; undefined where there is none to be had. */
function privateFolder(folder: string): string | undefined {
  return quietly(() => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = fs.lstatSync(folder);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
    return isOurs && fs.lstatSync(folder).isDirectory() ? folder : undefined;
  });
}

function removeEnded(folder: string, own: number): void {
  quietly(() => {
    for (const name of fs.readdirSync(folder)) {
      const pid = pidOf(name);
      if (pid === own || !isAlive(pid)) fs.rmSync(path.join(folder, name), { force: true });
    }
  });
}

function pidOf(name: string): number {
  return Number(name.slice(name.lastIndexOf("+") + 1));
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What a board cannot have it does without: it makes a run safer, and never makes one fail. */
function quietly<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
