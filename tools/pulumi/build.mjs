// Builds the Pulumi CLI from its Go modules, for machines on which only package registries can be reached. The result
// goes into a new folder of Pulumi's own versions folder, whole or not at all: it is made under another name and renamed.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { complete, executable, isOurs, mark, REPOSITORY, VERSION, versionsDirectory } from "./built.mjs";

export const GO_NEEDED = "1.25.11";
const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** The `replace` lines of the module's own go.mod, which Go reads in the main module only. */
export const REPLACED = `replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e

replace golang.org/x/text => golang.org/x/text v0.39.0
`;
const GO_MOD = `module pulumi-cli

go ${GO_NEEDED}

tool ${PACKAGE}

require (
	github.com/pulumi/pulumi/pkg/v3 v${VERSION}
	github.com/pulumi/pulumi/sdk/v3 v${VERSION}
)

${REPLACED}`;
const BUILD = [
  ...["build", "-mod=mod", "-trimpath", "-tags", "osusergo,grpcnotrace", "-v"],
  ...["-ldflags", `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${VERSION}`],
];
const PROGRESS_MS = 10_000;
const INSTEAD = "Instead, install Pulumi from https://www.pulumi.com/docs/install/ and have it on PATH.";

/** @typedef {(line: string) => void} Log */

/**
 * Builds the CLI and returns the folder it is in. Throws an Error whose message says what is missing and what to do.
 * @param {{ env?: NodeJS.ProcessEnv, repository?: string, log?: Log }} [options]
 * @returns {Promise<string>}
 */
export async function buildPulumi({ env = process.env, repository = REPOSITORY, log = console.error } = {}) {
  const versions = versionsDirectory(env);
  const target = path.join(versions, VERSION);
  // Another set-up may have finished it since nothing was found.
  if (isOurs(target) && executable(path.join(target, "bin"), "pulumi")) return target;
  if (existsSync(target))
    throw new Error(`${target} exists, without a Pulumi CLI that can run Node programs. Remove it, then try again.`);
  const source = mkdtempSync(path.join(tmpdir(), "pulumi-cli-"));
  const half = path.join(versions, `.building-${process.pid}-${VERSION}`);
  const undo = cleaningUp([source, half]);
  try {
    const go = goIn(source, { ...env, CGO_ENABLED: "0", GOWORK: "off" });
    writeFileSync(path.join(source, "go.mod"), GO_MOD);
    checkGo(go.options);
    mkdirSync(path.join(half, "bin"), { recursive: true });
    removeLeftovers(versions);
    const packages = await download(go, log);
    await compile(go, path.join(half, "bin", "pulumi"), packages, log);
    mark(half);
    complete(half, repository);
    publish(half, target);
    return target;
  } finally {
    undo();
  }
}

/** Downloads the modules; the answer is how many Go packages the CLI consists of. */
async function download(go, log) {
  let modules = 0;
  const count = (line) => {
    if (line.startsWith("go: downloading")) modules += 1;
  };
  const list = await go.run(["list", "-mod=mod", "-deps", PACKAGE], count, (seconds) =>
    log(`  downloading Go modules: ${modules} so far, ${seconds} s`),
  );
  return list.trim().split("\n").length;
}

async function compile(go, output, packages, log) {
  let compiled = 0;
  const count = () => {
    compiled += 1;
  };
  await go.run([...BUILD, "-o", output, PACKAGE], count, (seconds) =>
    log(`  building: ${compiled} of at most ${packages} packages, ${seconds} s (3 to 5 minutes on two cores)`),
  );
}

/** Refuses at once, in words, where there is no Go or one that can neither build the CLI nor fetch a newer Go. */
export function checkGo(options) {
  const needed = `Building the Pulumi CLI needs Go ${GO_NEEDED} or newer`;
  let answer;
  try {
    answer = execFileSync("go", ["version"], { ...options, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    if (error.code === "ENOENT") throw new Error(`${needed}, and there is no \`go\` on PATH. ${INSTEAD}`);
    throw new Error(`${needed}: ${String(error.stderr ?? error.message).trim()}\n${INSTEAD}`);
  }
  const version = /go(\d+\.\d+(\.\d+)?)/.exec(answer)?.[1] ?? "0";
  if (version.localeCompare(GO_NEEDED, "en", { numeric: true }) < 0)
    throw new Error(`${needed}; the one on PATH is ${version}. ${INSTEAD}`);
}

/** Runs Go in a directory, counting its lines and telling the time every now and then. */
export function goIn(cwd, env) {
  const options = { cwd, env };
  const run = (args, onLine, onTick) =>
    new Promise((resolve, reject) => {
      const child = spawn("go", args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
      const kill = () => child.kill("SIGKILL");
      process.once("exit", kill);
      const started = Date.now();
      const timer = setInterval(() => onTick(Math.round((Date.now() - started) / 1000)), PROGRESS_MS);
      const said = [];
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
      createInterface({ input: child.stderr }).on("line", (line) => {
        said.push(line);
        onLine(line);
      });
      child.on("error", reject);
      child.on("close", (code) => {
        clearInterval(timer);
        process.off("exit", kill);
        if (code === 0) resolve(output);
        else reject(new Error(whyGoFailed(args[0], said.slice(-15).join("\n"))));
      });
    });
  return { options, run };
}

function whyGoFailed(step, said) {
  if (/dial tcp|lookup |no such host|proxyconnect|timeout|connection re|certificate|unreachable/i.test(said))
    return `The Pulumi CLI's Go modules could not be downloaded; is there a network? Go said:\n${said}\n${INSTEAD}`;
  return `\`go ${step}\` of the Pulumi CLI failed. Go said:\n${said}\n${INSTEAD}`;
}

/** Gives the finished folder its name. Where another set-up was faster, its folder stays and this one goes. */
function publish(half, target) {
  try {
    renameSync(half, target);
  } catch (error) {
    if (!existsSync(path.join(target, "bin", "pulumi"))) throw error;
  }
}

/** Folders of builds that were killed before they could clean up. */
function removeLeftovers(versions) {
  for (const name of readdirSync(versions)) {
    const pid = Number(/^\.building-(\d+)-/.exec(name)?.[1]);
    if (!pid || pid === process.pid || isAlive(pid)) continue;
    rmSync(path.join(versions, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Removes the directories when the answer is called, and also when the process ends or is interrupted before. */
export function cleaningUp(directories) {
  const clean = () => {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  };
  const stop = () => process.exit(130);
  process.once("exit", clean);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
  return () => {
    process.off("exit", clean);
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stop);
    clean();
  };
}
