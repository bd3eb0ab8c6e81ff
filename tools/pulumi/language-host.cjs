#!/usr/bin/env node
// Small language hosts for a Pulumi CLI that was built from its Go modules: one for Node, Python and Go each, by the name
// under which this file is installed.
//
// Stands in for the hosts that ship with Pulumi's releases, which cannot be had where only package registries are reachable.
// It is installed next to such a CLI only, never next to a released one. It serves the part of the LanguageRuntime protocol
// that runs programs, with the protocol of @pulumi/pulumi; what a program runs on is the language's own Pulumi SDK.
//
// What it does not do: find the plugins a program needs beforehand (the engine asks for them when the program does),
// synchronous invokes, tracing, debugging, Bun, package managers other than npm, the dependencies of Python and Go, policy
// packs and providers in the language, code generation, `pulumi new` prompts, the dependencies in `pulumi about`.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync, mkdtempSync, rmSync } = require("node:fs");
const { createRequire } = require("node:module");
const { tmpdir } = require("node:os");
const path = require("node:path");

/** The repository that installed this file; its @pulumi/pulumi is used where the program has none yet. */
const REPOSITORY = "";
/** The language of this host. */
const LANGUAGE = path.basename(__filename).replace("pulumi-language-", "");
/** With this code a program says that the user has already been told what went wrong. */
const ALREADY_REPORTED = 32;
/** Installed beside this file's folder; it says what it is for. */
const INSPECT_FIX = path.join(__dirname, "..", "inspect-fix.cjs");
const KILL_AFTER_MS = 5000;

const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
const children = new Set();

const protocol = (() => {
  for (const directory of [process.cwd(), REPOSITORY, __dirname].filter(Boolean)) {
    try {
      return createRequire(pulumiPackage(directory));
    } catch {}
  }
  fail(`no @pulumi/pulumi in ${process.cwd()} or above it. Run \`npm install\` there.`);
})();
const grpc = protocol("@grpc/grpc-js");
const { Empty } = protocol("google-protobuf/google/protobuf/empty_pb.js");
const messages = protocol("./proto/language_pb.js");
const { LanguageRuntimeService } = protocol("./proto/language_grpc_pb.js");
const { PluginInfo } = protocol("./proto/plugin_pb.js");

const runtime = {
  handshake: (_call, reply) => reply(null, new messages.LanguageHandshakeResponse()),
  getPluginInfo: (_call, reply) => reply(null, new PluginInfo().setVersion(protocol("./package.json").version)),
  getRequiredPackages: (_call, reply) => reply(null, new messages.GetRequiredPackagesResponse()),
  getRequiredPlugins: (_call, reply) => reply(null, new messages.GetRequiredPluginsResponse()),
  about: (_call, reply) =>
    reply(null, new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  cancel: (_call, reply) => {
    for (const child of children) end(child);
    reply(null, new Empty());
  },
  installDependencies,
  run,
};

/** `npm install` in the program's directory; what it prints goes to the CLI. */
function installDependencies(call) {
  if (LANGUAGE !== "nodejs")
    return call.emit("error", {
      code: grpc.status.UNIMPLEMENTED,
      message: `this stand-in installs nothing for ${LANGUAGE}`,
    });
  const directory = call.request.getDirectory() || call.request.getInfo()?.getProgramDirectory();
  const child = start("npm", ["install", "--no-audit", "--no-fund"], { cwd: directory, stdio: "pipe" });
  const send = (set) => (data) => call.write(new messages.InstallDependenciesResponse()[set](new Uint8Array(data)));
  child.stdout.on("data", send("setStdout"));
  child.stderr.on("data", send("setStderr"));
  call.on("cancelled", () => end(child));
  child.on("error", (error) => call.emit("error", { code: grpc.status.UNKNOWN, message: `npm: ${error.message}` }));
  child.on("close", (code) => {
    if (code === 0) call.end();
    else call.emit("error", { code: grpc.status.UNKNOWN, message: `npm install ended with code ${code}` });
  });
}

/** What runs a program of each language. The answer is a command, its arguments and variables. Rejects in words. */
const runners = {
  nodejs(request, directory, options) {
    let runner;
    try {
      runner = path.join(path.dirname(pulumiPackage(directory)), "cmd", "run");
    } catch {
      throw new Error(`no @pulumi/pulumi in ${directory} or above it. Run \`npm install\` there.`);
    }
    const flags = {
      monitor: request.getMonitorAddress(),
      engine: engineAddress,
      project: request.getProject(),
      stack: request.getStack(),
      pwd: request.getPwd(),
      parallel: request.getParallel() ? String(request.getParallel()) : "",
      organization: request.getOrganization(),
      "root-directory": request.getInfo()?.getRootDirectory(),
    };
    const nodeArguments = String(options.nodeargs ?? "")
      .split(/\s+/)
      .filter(Boolean);
    const args = [
      ...(existsSync(INSPECT_FIX) ? ["--require", INSPECT_FIX] : []),
      ...nodeArguments,
      runner,
      ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      entryPoint(request),
      ...request.getArgsList(),
    ];
    const env = {
      ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: path.resolve(directory, options.tsconfig) } : {}),
    };
    return { command: process.execPath, args, env };
  },

  python(request, directory, options) {
    const own = path.resolve(directory, options.virtualenv ?? "venv", "bin", "python");
    const program = path.resolve(directory, entryPoint(request));
    const args = ["-u", "-c", PYTHON_RUNNER, program, ...request.getArgsList()];
    return { command: existsSync(own) ? own : "python3", args, env: settingsOf(request) };
  },

  async go(request, directory, options) {
    const args = request.getArgsList();
    const env = settingsOf(request);
    if (options.binary) return { command: path.resolve(directory, options.binary), args, env };
    const built = mkdtempSync(path.join(tmpdir(), "pulumi-go-"));
    process.once("exit", () => rmSync(built, { recursive: true, force: true }));
    const command = path.join(built, "program");
    const child = start("go", ["build", "-o", command, entryPoint(request)], {
      cwd: directory,
      stdio: ["ignore", "inherit", "inherit"],
    });
    await new Promise((resolve, reject) => {
      child.on("error", (error) => reject(new Error(`the program could not be built: ${error.message}`)));
      child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error("`go build` failed; it says why above."))));
    });
    return { command, args, env };
  },
};

/** Runs a Python program inside a stack, as the settings in the environment say. */
const PYTHON_RUNNER = `
import asyncio, os, runpy, sys, traceback
import pulumi, pulumi.runtime
def told(name): return os.environ["PULUMI_" + name]
pulumi.runtime.configure(pulumi.runtime.Settings(
    project=told("PROJECT"), stack=told("STACK"), monitor=told("MONITOR"), engine=told("ENGINE"),
    parallel=int(told("PARALLEL")), dry_run=told("DRY_RUN") == "true",
    organization=told("ORGANIZATION"), root_directory=told("ROOT_DIRECTORY")))
sys.argv = sys.argv[1:]
program = sys.argv[0]
sys.path.insert(0, program if os.path.isdir(program) else os.path.dirname(program))
try:
    asyncio.new_event_loop().run_until_complete(
        pulumi.runtime.run_in_stack(lambda: runpy.run_path(program, run_name="__main__")))
except pulumi.RunError as error:
    pulumi.log.error(str(error))
    sys.exit(${ALREADY_REPORTED})
except Exception:
    pulumi.log.error("Program failed with an unhandled exception:\\n" + traceback.format_exc())
    sys.exit(${ALREADY_REPORTED})
`;

function entryPoint(request) {
  return request.getInfo()?.getEntryPoint() || request.getProgram() || ".";
}

/** Runs the program once, for a preview or for real. */
async function run(call, reply) {
  const request = call.request;
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || request.getPwd();
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const answer = (error, bail = false) => reply(null, new messages.RunResponse().setError(error).setBail(bail));
  let child;
  try {
    const { command, args, env } = await runners[LANGUAGE](request, directory, options);
    child = start(command, args, {
      cwd: request.getPwd() || directory,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        ...env,
      },
    });
  } catch (error) {
    return answer(error.message);
  }
  call.on("cancelled", () => end(child));
  child.on("error", (error) => answer(`the program could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (code === 0) answer("");
    else if (code === ALREADY_REPORTED) answer("", true);
    else answer(signal ? `Program was ended by ${signal}` : `Program exited with non-zero exit code: ${code}`);
  });
}

/** What the SDKs of Python and Go read in the environment besides. */
function settingsOf(request) {
  return {
    PULUMI_MONITOR: request.getMonitorAddress(),
    PULUMI_ENGINE: engineAddress,
    PULUMI_PROJECT: request.getProject(),
    PULUMI_STACK: request.getStack(),
    PULUMI_ORGANIZATION: request.getOrganization(),
    PULUMI_ROOT_DIRECTORY: request.getInfo()?.getRootDirectory() ?? "",
    PULUMI_DRY_RUN: String(request.getDryrun()),
    PULUMI_PARALLEL: String(request.getParallel()),
  };
}

/** The package.json of the @pulumi/pulumi that a program in `directory` gets. */
function pulumiPackage(directory) {
  return createRequire(path.join(directory, "program.js")).resolve("@pulumi/pulumi/package.json");
}

function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  return child.on("exit", () => children.delete(child));
}

function end(child) {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
}

function fail(sentence) {
  console.error(`pulumi-language-${LANGUAGE} (stand-in): ${sentence}`);
  process.exit(1);
}

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(0));
// The engine does not always get to end its plugins: when it is gone, another process becomes the parent.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(0), 1000).unref();

if (!engineAddress) fail("the engine's address is missing; this program is started by the Pulumi CLI.");
const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, runtime);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) fail(error.message);
  console.log(String(port)); // the engine reads the first line
});
