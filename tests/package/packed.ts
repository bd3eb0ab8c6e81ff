// The package as people get it: packed once into a temporary directory, and installed into empty projects there. The peer
// dependency is this repository's own copy, by a link, because installing it takes longer than all of the tests.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { type Files, REPOSITORY, writeFiles } from "../real/project";

/** What `npm pack` made. */
export interface Packed {
  readonly tarball: string;
  /** Paths inside of the package. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** An empty project of somebody else's, with the package installed and nothing else. */
export interface Project {
  readonly directory: string;
  write(files: Files): void;
  /** Runs Node in the project; answers what it printed, or throws with all of it. */
  node(...args: readonly string[]): string;
  /** Gives it @pulumi/pulumi, and the types of Node. */
  linkPulumi(): void;
}

const PackList = z.tuple([
  z.object({ filename: z.string(), size: z.number(), files: z.array(z.object({ path: z.string() })) }),
]);

let base: string | undefined;
let packed: Packed | undefined;
const projects = new Map<string, Project>();

/** Packs the package, the first time. It has to be built. */
export function pack(): Packed {
  packed ??= packInto(directory());
  return packed;
}

/** A project of that kind with the package installed, the first time; later the same one. */
export function install(kind: "commonjs" | "module"): Project {
  const made = projects.get(kind) ?? installInto(path.join(directory(), kind), kind);
  projects.set(kind, made);
  return made;
}

function packInto(destination: string): Packed {
  if (!existsSync(path.join(REPOSITORY, "dist", "sdk", "index.js")))
    throw new Error("The package is not built: run `npm run build` first.");
  const said = npm(REPOSITORY, "pack", "--json", "--ignore-scripts", "--pack-destination", destination);
  const [{ filename, size, files }] = PackList.parse(JSON.parse(said));
  return { tarball: path.join(destination, filename), files: files.map((file) => file.path), bytes: size };
}

function installInto(project: string, kind: "commonjs" | "module"): Project {
  mkdirSync(project);
  writeFiles({ "package.json": `${JSON.stringify({ name: "program", private: true, type: kind })}\n` }, project);
  npm(project, "install", "--no-audit", "--no-fund", "--prefer-offline", "--legacy-peer-deps", pack().tarball);
  return {
    directory: project,
    write: (files) => writeFiles(files, project),
    node: (...args) => run(process.execPath, args, project),
    linkPulumi() {
      for (const name of ["@pulumi", "@types"]) {
        const link = path.join(project, "node_modules", name);
        if (!existsSync(link)) symlinkSync(path.join(REPOSITORY, "node_modules", name), link);
      }
    },
  };
}

/** Runs a command; answers what it printed to its output, or throws with all of it. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" },
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with code ${status} in ${cwd}:\n${stdout}\n${stderr}`);
  return stdout;
}

function npm(cwd: string, ...args: readonly string[]): string {
  return run("npm", args, cwd);
}

/** Removed when this process ends. */
function directory(): string {
  if (base !== undefined) return base;
  const made = realpathSync(mkdtempSync(path.join(tmpdir(), "object-users-package-")));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  base = made;
  return made;
}
