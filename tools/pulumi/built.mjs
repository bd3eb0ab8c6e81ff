// Where a Pulumi CLI that this project built lives, and what lies beside it. It goes into Pulumi's own versions folder,
// in which Pulumi's installers keep one folder per version; a folder that this project did not make is only ever read.
import { accessSync, chmodSync, constants, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The version that is built where no CLI is found: the newest one that the Go modules can be had of. */
export const VERSION = "3.259.0";
/** The root of this repository. */
export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

const EXE = process.platform === "win32" ? ".exe" : "";
const MADE_BY = "pulumi-object-users";
const LANGUAGE_HOST = fileURLToPath(new URL("language-host.cjs", import.meta.url));
/** The languages that the host serves, by the name under which it is installed. */
const LANGUAGES = ["nodejs", "python", "go"];
const INSPECT_FIX = fileURLToPath(new URL("inspect-fix.cjs", import.meta.url));

/**
 * The folder in which Pulumi keeps one folder per installed version.
 * @param {NodeJS.ProcessEnv} env
 */
export function versionsDirectory(env) {
  return path.join(env.PULUMI_HOME || path.join(env.HOME || homedir(), ".pulumi"), "versions");
}

/**
 * The path of an executable in `directory`, or undefined.
 * @param {string} directory
 * @param {string} name
 */
export function executable(directory, name) {
  const file = path.join(directory, name + EXE);
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    return undefined;
  }
}

/**
 * Where npm put the launcher of dynamic providers, or undefined before `npm ci`.
 * @param {string} repository
 */
export function packagedLauncher(repository) {
  return executable(path.join(repository, "node_modules", "@pulumi", "pulumi"), "pulumi-resource-pulumi-nodejs");
}

/**
 * Whether this project made the folder of a version.
 * @param {string} directory
 */
export function isOurs(directory) {
  try {
    return JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8")).madeBy === MADE_BY;
  } catch {
    return false;
  }
}

/**
 * Puts into the folder of a built CLI what a release would have brought: the language hosts and, as soon as node_modules
 * has it, the launcher of dynamic providers. Writes only what is missing or was changed here since, whole files at once.
 * @param {string} directory the folder of the version, which this project made
 * @param {string} repository
 */
export function complete(directory, repository) {
  const bin = path.join(directory, "bin");
  write(path.join(directory, "inspect-fix.cjs"), readFileSync(INSPECT_FIX, "utf8"));
  const host = readFileSync(LANGUAGE_HOST, "utf8");
  const text = host.replace('const REPOSITORY = "";', () => `const REPOSITORY = ${JSON.stringify(repository)};`);
  for (const language of LANGUAGES) write(path.join(bin, `pulumi-language-${language}`), text);
  const launcher = packagedLauncher(repository);
  if (launcher) write(path.join(bin, "pulumi-resource-pulumi-nodejs"), readFileSync(launcher, "utf8"));
}

/**
 * Marks a folder as made by this project. The file also tells Node that the language host is CommonJS, wherever it lies.
 * @param {string} directory
 */
export function mark(directory) {
  const note = `Pulumi CLI ${VERSION}, built from its Go modules; its language hosts are stand-ins.`;
  const text = { private: true, type: "commonjs", madeBy: MADE_BY, description: note };
  writeFileSync(path.join(directory, "package.json"), `${JSON.stringify(text, null, 2)}\n`);
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  const half = `${file}.${process.pid}`;
  writeFileSync(half, text);
  chmodSync(half, 0o755);
  renameSync(half, file);
}
