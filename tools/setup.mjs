// Sets up what the commands of this repository need, in a fresh clone too: dependencies, the build, the Pulumi CLI.
//
//   node tools/setup.mjs [deps] [build] [pulumi] [yaml] [languages]        no words: all of them
//
// Runs before `npm ci`, so it uses Node's own modules only. Each thing it does is told, with the time it took; with
// nothing to do it is silent. What goes outside the repository is announced first, and OBJECT_USERS_NO_INSTALL=1 forbids it.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { dotnetAvailable, prepareDotnet } from "./plugin/dotnet.mjs";
import { languagesAvailable, prepareLanguages } from "./plugin/languages.mjs";
import { buildPulumi } from "./pulumi/build.mjs";
import { REPOSITORY, VERSION, versionsDirectory } from "./pulumi/built.mjs";
import { findPulumi, npmPackage } from "./pulumi/find.mjs";
import { buildYamlHost, findYamlHost, YAML_HOST } from "./pulumi/yaml.mjs";

const NODE_NEEDED = 20;
const SOURCES = ["provider", "sdk", "cli", "devserver"];
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

/** What can be set up, in the order in which it is done. */
const PARTS = { deps, build, pulumi, yaml, languages };

/** Dependencies, inside the repository. */
async function deps() {
  if (modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return;
  await timed("npm ci: installing the dependencies into node_modules", () => npm("ci", "--no-audit", "--no-fund"));
}

/** The build, inside the repository: TypeScript into dist/. */
async function build() {
  const main = JSON.parse(readFileSync(at("package.json"), "utf8")).main;
  const plugin = "dist/plugin/pulumi-resource-object-users";
  const inputs = ["tsconfig.json", "tsconfig.build.json", ...SOURCES.flatMap((directory) => tree(directory))];
  if (Math.min(modified(main), modified(plugin)) >= Math.max(...inputs.map(modified))) return;
  await timed("npm run build: compiling into dist", () => {
    try {
      npm("run", "--silent", "build");
    } catch (error) {
      // The compiler writes its output in spite of type errors: the next set-up must not take that for a good build.
      if (modified(main)) utimesSync(at(main), 0, 0);
      throw error;
    }
  });
}

/** The Pulumi CLI: found, or downloaded by npm's package if that is installed, or built. */
async function pulumi() {
  if (findPulumi()) return;
  const npms = npmPackage(process.env);
  if (npms) {
    announce(`Pulumi ${npms.version}, which npm's package downloads into ${npms.directory}`);
    await timed(`downloading Pulumi ${npms.version}`, () => {
      spawnSync(process.execPath, [npms.script, "version"], { stdio: "inherit", timeout: DOWNLOAD_TIMEOUT_MS });
    });
    if (findPulumi()) return;
    say("npm's package could not download it");
  }
  announce(`Pulumi ${VERSION}, built from its Go modules into ${path.join(versionsDirectory(process.env), VERSION)}`);
  say("about 20 s of downloads, then 3 to 5 minutes of building on two cores, once per machine");
  await timed(`building Pulumi ${VERSION}`, () => buildPulumi({ log: say }));
  if (!findPulumi()) throw new Error("The Pulumi CLI was built and is still not found.");
}

/** Pulumi's language host for YAML, beside a CLI that was built here; other CLIs bring it, or do without. */
async function yaml() {
  const cli = findPulumi();
  if (cli?.source !== "built" || findYamlHost(cli.path) || isForbidden()) return;
  announce(`${YAML_HOST}, built from its Go module into ${cli.path[0]}`);
  await timed(`building ${YAML_HOST}`, () => buildYamlHost(cli.path[0], { log: say }));
}

/** What programs in Python, Go and C# need. Without it their tests are skipped, and say why. */
async function languages() {
  const own = "Pulumi's generators of SDKs and its SDK for Python, into the user's cache, about 150 MB";
  await optional(languagesAvailable, own, () => prepareLanguages({ log: say }));
  await optional(dotnetAvailable, "a compiler for C#, into the user's cache, about 120 MB", prepareDotnet);
}

async function optional(find, what, prepare) {
  if (find().available || isForbidden()) return;
  announce(what);
  try {
    await timed(what, prepare);
  } catch (error) {
    say(error.message);
  }
}

function isForbidden() {
  const forbidden = process.env.OBJECT_USERS_NO_INSTALL;
  return Boolean(forbidden) && forbidden !== "0";
}

/** Says what is about to be installed on the machine, or refuses to. */
function announce(what) {
  const forbidden = process.env.OBJECT_USERS_NO_INSTALL;
  if (!isForbidden()) return say(`installing on this machine: ${what} (OBJECT_USERS_NO_INSTALL=1 forbids it)`);
  throw new Error(
    `No Pulumi CLI with its Node language host was found, and OBJECT_USERS_NO_INSTALL=${forbidden} forbids to install it.\n` +
      `Not installed: ${what}.\n` +
      "Either install Pulumi from https://www.pulumi.com/docs/install/ and have it on PATH, or unset OBJECT_USERS_NO_INSTALL.",
  );
}

async function timed(what, work) {
  say(`${what} …`);
  const started = Date.now();
  await work();
  say(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function npm(...args) {
  const { status, error } = spawnSync("npm", args, {
    cwd: REPOSITORY,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) throw new Error(`npm could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`\`npm ${args.join(" ")}\` failed; what it said is above.`);
}

/** A directory and all that is below it. Directories count: their time tells of files that were removed. */
function tree(directory) {
  if (!modified(directory)) return [];
  const below = readdirSync(at(directory), { withFileTypes: true });
  return [
    directory,
    ...below.flatMap((entry) => {
      const name = path.join(directory, entry.name);
      return entry.isDirectory() ? tree(name) : [name];
    }),
  ];
}

/** When a file of the repository was last written, 0 for one that does not exist. */
function modified(file) {
  return statSync(at(file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function at(file) {
  return path.join(REPOSITORY, file);
}

function say(line) {
  console.error(`setup: ${line}`);
}

async function main(words) {
  const unknown = words.filter((word) => !(word in PARTS));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")}? It sets up: ${Object.keys(PARTS).join(", ")}.`);
  if (Number(process.versions.node.split(".")[0]) < NODE_NEEDED)
    throw new Error(
      `Node ${NODE_NEEDED} or newer is needed; this is Node ${process.versions.node}. See https://nodejs.org/.`,
    );
  for (const [word, setUp] of Object.entries(PARTS)) if (words.length === 0 || words.includes(word)) await setUp();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
});
