// Lays out a Pulumi project in a directory of its own, so that a run never writes next to anybody's program: the CLI keeps
// a stack's configuration beside Pulumi.yaml. A given directory is mirrored by links; given files are written.

import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/** File contents by path, relative to the project's directory. */
export type Files = Readonly<Record<string, string>>;

/**
 * A program: a directory with a Pulumi.yaml, which finds its packages from where it is; or the files of one, which find
 * this repository's packages and this one itself (without a Pulumi.yaml they get a plain one).
 */
export type Program = string | { readonly files: Files };

/** The root of this repository, whose node_modules programs use. */
export const REPOSITORY = path.resolve(__dirname, "..", "..");

/** What Node is to load first (`--require`) to start in half the time and to run this repository's TypeScript. */
export const QUICK_START = path.join(REPOSITORY, "tools", "quick-start.cjs");

/** Makes `directory` a project that runs the program. */
export function layOut(program: Program, directory: string): void {
  mkdirSync(directory, { recursive: true });
  if (typeof program === "string") mirror(path.resolve(program), directory);
  else writeFiles(withProjectFile(program.files), directory);
  if (!existsSync(path.join(directory, "node_modules"))) linkDependencies(path.join(directory, "node_modules"));
}

/** Writes files into the project, over what was there. */
export function writeFiles(files: Files, directory: string): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Every entry but the configuration of the stacks that somebody has there. */
function mirror(from: string, directory: string): void {
  if (!existsSync(path.join(from, "Pulumi.yaml"))) throw new Error(`${from} has no Pulumi.yaml`);
  for (const entry of readdirSync(from)) {
    if (/^Pulumi\..+\.yaml$/.test(entry)) continue;
    symlinkSync(path.join(from, entry), path.join(directory, entry));
  }
}

function withProjectFile(files: Files): Files {
  const typescript = Object.keys(files).some((name) => name.endsWith(".ts"));
  const plain = `name: program\nruntime:\n  name: nodejs\n  options:\n    typescript: ${typescript}\n`;
  const manifest = `${JSON.stringify({ name: "program", private: true, main: typescript ? "index.ts" : "index.js" })}\n`;
  return { "Pulumi.yaml": plain, "package.json": manifest, ...files };
}

/** What this repository has installed, and the repository itself under its package's name. */
function linkDependencies(target: string): void {
  const installed = path.join(REPOSITORY, "node_modules");
  mkdirSync(target);
  for (const entry of readdirSync(installed)) {
    if (!entry.startsWith(".") && entry !== "pulumi-object-users")
      symlinkSync(path.join(installed, entry), path.join(target, entry));
  }
  symlinkSync(REPOSITORY, path.join(target, "pulumi-object-users"));
}
