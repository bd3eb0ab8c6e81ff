// Finds a Pulumi CLI that can run Node programs, without installing anything. The order:
//
//   pulumi and pulumi-language-nodejs on PATH    -> "path"   the user's own, or a release
//   npm's package `pulumi`, already downloaded   -> "npm"    in this repository's node_modules, or on PATH
//   one that this project built earlier          -> "built"  in Pulumi's own versions folder
//
// What a found CLI lacks and npm has (the launcher of dynamic providers) is added through the search path.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { complete, executable, isOurs, packagedLauncher, REPOSITORY, VERSION, versionsDirectory } from "./built.mjs";

/**
 * @typedef {object} Cli
 * @property {string} command the executable's path
 * @property {string} version such as "3.259.0"
 * @property {"path" | "npm" | "built"} source where it was found
 * @property {string[]} path directories to put in front of PATH: all that the CLI needs to run a Node program is found then
 */

/**
 * @typedef {object} NpmPackage
 * @property {string} script the package's executable, which downloads the CLI on first use
 * @property {string} version the CLI's version
 * @property {string} directory where the downloaded CLI lies, or will lie
 */

/**
 * The CLI to use, or undefined where there is none yet.
 * @param {{ env?: NodeJS.ProcessEnv, repository?: string }} [options]
 * @returns {Cli | undefined}
 */
export function findPulumi({ env = process.env, repository = REPOSITORY } = {}) {
  const found = onPath(env) ?? downloadedByNpm(env, repository) ?? builtEarlier(env, repository);
  if (!found) return undefined;
  const launcher = packagedLauncher(repository);
  const searched = [...found.path, ...pathDirectories(env)];
  if (launcher && !searched.some((directory) => executable(directory, "pulumi-resource-pulumi-nodejs")))
    found.path.push(path.dirname(launcher));
  return found;
}

/**
 * npm's package `pulumi`, downloaded or not, from this repository or from PATH.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} repository
 * @returns {NpmPackage | undefined}
 */
export function npmPackage(env, repository = REPOSITORY) {
  const shims = pathDirectories(env).map((directory) => executable(directory, "pulumi"));
  for (const script of [path.join(repository, "node_modules", "pulumi", "run.js"), ...shims.map(npmScript)]) {
    if (!script || !existsSync(script)) continue;
    const version =
      env.PULUMI_VERSION || JSON.parse(readFileSync(path.join(path.dirname(script), "package.json"), "utf8")).version;
    return { script, version, directory: path.join(versionsDirectory(env), version) };
  }
  return undefined;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Cli | undefined}
 */
function onPath(env) {
  const directories = pathDirectories(env);
  for (const directory of directories) {
    const command = executable(directory, "pulumi");
    if (!command || npmScript(command)) continue;
    const beside = [directory, path.dirname(realpathSync(command))];
    const home = [...beside, ...directories].find((place) => executable(place, "pulumi-language-nodejs"));
    const version = home && versionOf(command, env);
    if (home && version) return { command, version, source: "path", path: [...new Set([directory, home])] };
  }
  return undefined;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} repository
 * @returns {Cli | undefined}
 */
function downloadedByNpm(env, repository) {
  const found = npmPackage(env, repository);
  return found && !isOurs(found.directory) ? inVersions(found.directory, found.version, "npm") : undefined;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} repository
 * @returns {Cli | undefined}
 */
function builtEarlier(env, repository) {
  const versions = versionsDirectory(env);
  const known = existsSync(versions) ? readdirSync(versions).filter((name) => /^\d+\.\d+\.\d+$/.test(name)) : [];
  const newestFirst = known.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  for (const version of [VERSION, ...newestFirst]) {
    const directory = path.join(versions, version);
    if (isOurs(directory)) completeIfAllowed(directory, repository);
    const found = inVersions(directory, version, "built");
    if (found) return found;
  }
  return undefined;
}

/**
 * @param {string} directory
 * @param {string} repository
 */
function completeIfAllowed(directory, repository) {
  try {
    complete(directory, repository);
  } catch {
    // Somebody else's folder or a read-only one: it is used as it is.
  }
}

/**
 * @param {string} directory
 * @param {string} version
 * @param {"npm" | "built"} source
 * @returns {Cli | undefined}
 */
function inVersions(directory, version, source) {
  const bin = path.join(directory, "bin");
  const command = executable(bin, "pulumi");
  return command && executable(bin, "pulumi-language-nodejs") ? { command, version, source, path: [bin] } : undefined;
}

/**
 * The script behind a `pulumi` that is npm's package, or undefined where it is the CLI itself.
 * @param {string | undefined} command
 */
function npmScript(command) {
  const script = command && realpathSync(command);
  return script?.endsWith(path.join("pulumi", "run.js")) ? script : undefined;
}

/**
 * @param {string} command
 * @param {NodeJS.ProcessEnv} env
 */
function versionOf(command, env) {
  try {
    const quiet = { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const text = execFileSync(command, ["version"], { env: quiet, encoding: "utf8", timeout: 20_000, stdio: "pipe" });
    return /\d+\.\d+\.\d+\S*/.exec(text)?.[0];
  } catch {
    return undefined; // It is there and does not work: as if it were not there.
  }
}

/** @param {NodeJS.ProcessEnv} env */
function pathDirectories(env) {
  return (env.PATH ?? "").split(path.delimiter).filter(Boolean);
}
