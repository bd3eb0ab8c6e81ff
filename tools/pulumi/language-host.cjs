#!/usr/bin/env node
// A small Node language host for a Pulumi CLI that was built from its Go modules.
//
// Stands in for the `pulumi-language-nodejs` that ships with Pulumi's releases, which cannot be had where only package
// registries are reachable. It is installed next to such a CLI only, never next to a released one. It serves the part of
// the LanguageRuntime protocol that runs programs, with the protocol and the program runner of @pulumi/pulumi itself.
//
// What it does not do: find the plugins a program needs beforehand (the engine asks for them when the program does),
// synchronous invokes, tracing, debugging, Bun, package managers other than npm, policy packs and providers written in
// Node, code generation, `pulumi new` prompts, the list of dependencies in `pulumi about`.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

/** The repository that installed this file; its @pulumi/pulumi is used where the program has none yet. */
const REPOSITORY = "";
/** With this code the program runner says that the user has already been told what went wrong. */
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

/** Runs the program once, for a preview or for real. */
function run(call, reply) {
  const request = call.request;
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || request.getPwd();
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const answer = (error, bail = false) => reply(null, new messages.RunResponse().setError(error).setBail(bail));
  let runner;
  try {
    runner = path.join(path.dirname(pulumiPackage(directory)), "cmd", "run");
  } catch {
    return answer(`no @pulumi/pulumi in ${directory} or above it. Run \`npm install\` there.`);
  }
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: request.getParallel() ? String(request.getParallel()) : "",
    organization: request.getOrganization(),
    "root-directory": info?.getRootDirectory(),
  };
  const nodeArguments = String(options.nodeargs ?? "")
    .split(/\s+/)
    .filter(Boolean);
  const child = start(
    process.execPath,
    [
      ...(existsSync(INSPECT_FIX) ? ["--require", INSPECT_FIX] : []),
      ...nodeArguments,
      runner,
      ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() || request.getProgram() || ".",
      ...request.getArgsList(),
    ],
    {
      cwd: request.getPwd() || directory,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
        ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: path.resolve(directory, options.tsconfig) } : {}),
      },
    },
  );
  call.on("cancelled", () => end(child));
  child.on("error", (error) => answer(`the program could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (code === 0) answer("");
    else if (code === ALREADY_REPORTED) answer("", true);
    else answer(signal ? `Program was ended by ${signal}` : `Program exited with non-zero exit code: ${code}`);
  });
}

/** The package.json of the @pulumi/pulumi that a program in `directory` gets. */
function pulumiPackage(directory) {
  return createRequire(path.join(directory, "program.js")).resolve("@pulumi/pulumi/package.json");
}

function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

function end(child) {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
}

function fail(sentence) {
  console.error(`pulumi-language-nodejs (stand-in): ${sentence}`);
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
