/**
 * How a program of a release of Ceph is started: from PATH, or inside a tree of unpacked packages (tree.mjs).
 *
 * A tree is entered with mounts that only the one process sees. They are gone when it is, however it ends.
 */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** A program with its arguments, as `spawn` wants it. */
export type Command = readonly [program: string, args: readonly string[]];

/** Makes the call of a program one that works; the process is the program's own in the end. */
export type Programs = (program: string, args: readonly string[]) => Command;

/**
 * Inside a tree a program has its own files, and of this machine /proc, /dev and the directory of temporary files. A locale
 * of this machine may not be there, which ends a radosgw.
 */
const ENTER = `
tree=$1 shared=$2
shift 2
export LC_ALL=C
for each in /proc /dev "$shared"; do
  mkdir -p "$tree$each" && mount --rbind "$each" "$tree$each" || exit
done
`;

/** Of PATH. setpriv lets the kernel end the program even if this process is killed with SIGKILL and no handler runs. */
export const onPath: Programs = (program, args) => {
  const setpriv = "/usr/bin/setpriv";
  return existsSync(setpriv) ? [setpriv, ["--pdeathsig", "KILL", "--", program, ...args]] : [program, args];
};

/**
 * The programs of a release; without a tree they are on PATH.
 * Throws when the kernel does not let us enter the tree.
 */
export async function programsOf(tree: string | undefined): Promise<Programs> {
  if (tree === undefined) return onPath;
  const { privateMounts } = await import("./tree.mjs");
  const [unshare, ...flags] = privateMounts() ?? [];
  if (unshare === undefined) throw new Error(`${tree} cannot be entered: \`unshare --mount true\` is refused.`);
  // Inside, as entering makes the kernel forget who the parent is.
  const [last, end] = onPath("chroot", []);
  const script = `${ENTER}exec ${[last, ...end].join(" ")} "$tree" "$@"`;
  return (program, args) => [unshare, [...flags, "sh", "-c", script, "sh", tree, tmpdir(), program, ...args]];
}
