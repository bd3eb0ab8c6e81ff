// What programs in other languages than TypeScript need beside the plugin: Pulumi's generators, which make the SDKs of the
// schema as `pulumi package add` does, its converter for YAML, and its SDK for Python. They are kept in the user's cache,
// whole or not at all; what Go compiles it keeps in its own.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkGo, cleaningUp, GO_NEEDED, goIn, REPLACED } from "../pulumi/build.mjs";
import { VERSION } from "../pulumi/built.mjs";
import { buildCommand, VERSION as YAML } from "../pulumi/yaml.mjs";

const SOURCE = fileURLToPath(new URL("codegen", import.meta.url));
const TAGS = "osusergo,grpcnotrace";
/** The generator for .NET has left the modules of newer versions; Pulumi's host for YAML is built of these, too. */
const VERSIONS = { current: [VERSION, TAGS], dotnet: ["3.206.0", `${TAGS},dotnet`] };

const CONVERTER = "pulumi-converter-yaml";
export const PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
/** Pulumi's SDK, what generated packages need besides, and what builds them. */
const PYTHON = [`pulumi==${VERSION}`, "parver", "setuptools", "wheel"];

/** Whether all is there that `prepareLanguages` makes. */
export function languagesAvailable() {
  const needed = [...Object.keys(VERSIONS).map(generator), environment(), converter()];
  if (needed.every((each) => existsSync(each))) return { available: true };
  const reason =
    "Pulumi's generators, converter or SDK for Python are not here. `node tools/setup.mjs languages` makes them.";
  return { available: false, reason };
}

/**
 * Makes everything that takes long. Rejects with an Error that says what is missing.
 * @param {{ log?: (line: string) => void }} [options]
 */
export async function prepareLanguages({ log = console.error } = {}) {
  for (const kind of Object.keys(VERSIONS)) await once(generator(kind), (half) => buildGenerator(kind, half, log));
  await once(converter(), (half) => {
    mkdirSync(half);
    return buildCommand(CONVERTER, half, { log });
  });
  await once(environment(), (half) => {
    python("python3", ["-m", "venv", half]);
    python(path.join(half, "bin", "python"), [...PIP, ...PYTHON]);
  });
}

/**
 * Writes the SDKs of a schema into a folder: `python`, `go`, `nodejs`, `dotnet` below it.
 * @param {string} schema the schema's file
 * @param {string} folder
 */
export function generateSdks(schema, folder) {
  for (const kind of ["dotnet", "current"]) execFileSync(generator(kind), [schema, folder], { stdio: "pipe" });
}

/**
 * Writes a program into a folder: `python`, `go`, `nodejs` below it. What `pulumi convert` has made of it in Pulumi's own
 * language is the source.
 * @param {string} schema the schema's file
 * @param {string} source the program's folder
 * @param {string} folder
 */
export function generatePrograms(schema, source, folder) {
  execFileSync(generator("current"), [schema, folder, source], { stdio: "pipe" });
}

/** The folder of the converter with which `pulumi convert` reads YAML, for PATH. */
export function converter() {
  return path.join(cache(), `${CONVERTER}-${YAML}`);
}

/** The virtual environment with Pulumi's SDK for Python: its folder, named after what is in it. */
export function environment() {
  return cached("python", PYTHON);
}

/**
 * Installs a generated SDK for Python into a folder that PYTHONPATH is to name.
 * @param {string} sdk
 * @param {string} folder
 */
export function installPythonSdk(sdk, folder) {
  const own = ["--no-deps", "--no-build-isolation", "--no-index", "--target", folder, sdk];
  python(path.join(environment(), "bin", "python"), [...PIP, ...own]);
}

/**
 * Builds a Go program, with the modules that the CLI is built of, so that nothing is compiled twice.
 * @param {string} folder the program's, with the SDK in `sdks/object-users`
 * @param {string} output the executable
 */
export async function buildGoProgram(folder, output) {
  const modules = mkdtempSync(path.join(tmpdir(), "object-users-go-"));
  const undo = cleaningUp([modules]);
  try {
    const file = path.join(modules, "go.mod");
    const own = readFileSync(path.join(folder, "go.mod"), "utf8");
    writeFileSync(file, `${own}\nrequire github.com/pulumi/pulumi/pkg/v3 v${VERSION}\n\n${REPLACED}`);
    await goBuild(folder, ["-modfile", file, "-tags", TAGS, "-o", output]);
  } finally {
    undo();
  }
}

/** Where the generators lie; of another source or version they are another file. */
function generator(kind) {
  const sources = readdirSync(SOURCE).map((name) => readFileSync(path.join(SOURCE, name), "utf8"));
  return cached(`codegen-${kind}`, [...VERSIONS[kind], ...sources]);
}

async function buildGenerator(kind, output, log) {
  const [version, tags] = VERSIONS[kind];
  const source = mkdtempSync(path.join(tmpdir(), "object-users-codegen-"));
  const undo = cleaningUp([source]);
  try {
    cpSync(SOURCE, source, { recursive: true });
    const required = ["pkg", "sdk"].map((part) => `require github.com/pulumi/pulumi/${part}/v3 v${version}\n`).join("");
    const replaced = version === VERSION ? REPLACED : "";
    writeFileSync(path.join(source, "go.mod"), `module codegen\n\ngo ${GO_NEEDED}\n\n${required}\n${replaced}`);
    await goBuild(source, ["-tags", tags, "-o", output], (seconds) => log(`  building: ${seconds} s`));
  } finally {
    undo();
  }
}

/** Builds as the CLI is built: Go's cache has most of it then. */
async function goBuild(folder, args, tell = () => {}) {
  const go = goIn(folder, { ...process.env, CGO_ENABLED: "0", GOWORK: "off" });
  checkGo(go.options);
  await go.run(["build", "-mod=mod", "-trimpath", "-ldflags", "-s -w", ...args, "."], () => {}, tell);
}

/** Makes a file or a folder under another name first, so that what is there is whole; another run may be faster. */
export async function once(target, make) {
  if (existsSync(target)) return;
  const half = `${target}.${process.pid}`;
  const undo = cleaningUp([half]);
  try {
    mkdirSync(path.dirname(target), { recursive: true });
    await make(half);
    if (!existsSync(target)) renameSync(half, target);
  } finally {
    undo();
  }
}

export function python(command, args) {
  try {
    execFileSync(command, args, { stdio: "pipe", encoding: "utf8" });
  } catch (error) {
    const said = String(error.stderr || error.stdout || error.message).trim();
    throw new Error(`\`${command} ${args.slice(0, 3).join(" ")}\` failed (Debian needs python3-venv for it): ${said}`);
  }
}

/** Where something of these parts is kept. */
export function cached(name, parts) {
  return path.join(cache(), `${name}-${createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12)}`);
}

function cache() {
  const own = process.env.XDG_CACHE_HOME || path.join(process.env.HOME || homedir(), ".cache");
  return path.join(own, "pulumi-object-users", "languages");
}
