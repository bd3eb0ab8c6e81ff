// Lets the tests' Node processes start in half the time, with the same code: `node --require tools/quick-start.cjs`, set by
// tools/test.mjs for its groups and, through their environment, for the Pulumi programs and plug-ins that they run.
//
// Four things take most of such a process's second and a half, and none of them is under test: compiling node_modules (V8's
// compiled code is kept in node_modules/.cache), translating our own TypeScript (kept there, too, by its content), loading
// what @pulumi/pulumi needs for AWS Lambda and for tracing only (left until it is used), and the source maps of its stacks
// (left out). Delete the directory to start anew.
"use strict";

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

const REPOSITORY = path.resolve(__dirname, "..");
const PACKAGES = path.join(REPOSITORY, "node_modules") + path.sep;
const PULUMI = path.join(PACKAGES, "@pulumi", "pulumi") + path.sep;
/** Loaded by Pulumi's runner in case that somebody traces it. */
const TRACING = ["resources", "sdk-trace-base", "exporter-zipkin", "instrumentation-grpc", "sdk-trace-node"].map(
  (name) => `@opentelemetry/${name}`,
);
const CACHE = path.join(PACKAGES, ".cache", "quick-start");

if (fs.existsSync(PACKAGES)) {
  keepCompiled();
  keepTranslated();
  leaveForLater("@npmcli/arborist", "normalize-package-data", "typescript", "execa", ...TRACING);
  withoutSourceMaps();
}

/** Compiles the modules of node_modules from what an earlier process has left, and leaves the rest for later ones. */
function keepCompiled() {
  const installed = fs.statSync(path.join(PACKAGES, ".package-lock.json"), { throwIfNoEntry: false })?.mtimeMs;
  const name = `${process.version}-${v8.cachedDataVersionTag()}-${installed}.bin`;
  const store = openStore(path.join(CACHE, name));
  const compile = Module.prototype._compile;
  const fresh = new Map();

  Module.prototype._compile = function (content, filename, format, ...rest) {
    // Pulumi's runners import programs by an eval, which Node allows in modules only that it compiled by itself.
    const isMeant = filename.startsWith(PACKAGES) && !filename.startsWith(path.join(PULUMI, "cmd"));
    const script = isMeant && format !== "module" && compiled(content, filename);
    if (!script) return compile.call(this, content, filename, format, ...rest);
    const call = script.runInThisContext();
    return call.call(this.exports, this.exports, requireOf(this), this, filename, path.dirname(filename));
  };
  /** Undefined for what is no script: ECMAScript modules that do not say so. */
  const compiled = (content, filename) => {
    const key = `${content.length} ${filename.slice(PACKAGES.length)}`;
    const cachedData = store.read(key);
    const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    try {
      const script = new vm.Script(Module.wrap(content), { filename, cachedData, importModuleDynamically });
      if (!cachedData || script.cachedDataRejected) fresh.set(key, script);
      return script;
    } catch {
      return undefined;
    }
  };
  process.on("exit", () => {
    // A few modules more are not worth the writing.
    if (fresh.size > 20) store.add([...fresh].map(([key, script]) => [key, script.createCachedData()]));
  });
}

/** The `require` that a module gets. */
function requireOf(module) {
  const require = (name) => module.require(name);
  require.resolve = (name, options) => Module._resolveFilename(name, module, false, options);
  require.resolve.paths = (name) => Module._resolveLookupPaths(name, module);
  return Object.assign(require, { main: process.mainModule, extensions: Module._extensions, cache: Module._cache });
}

/** A file of many blobs: its index as JSON behind the index's length, then the blobs. Replaced as a whole. */
function openStore(file) {
  const index = new Map();
  let descriptor;
  try {
    descriptor = fs.openSync(file, "r");
    const [size] = new Uint32Array(slice(descriptor, 0, 4).buffer);
    let at = 4 + size;
    for (const [key, length] of JSON.parse(slice(descriptor, 4, size).toString())) {
      index.set(key, { at, length });
      at += length;
    }
  } catch {
    index.clear(); // None yet.
  }
  const read = (key) => {
    const entry = index.get(key);
    return entry && slice(descriptor, entry.at, entry.length);
  };
  const add = (entries) => {
    const all = new Map([...[...index.keys()].map((key) => [key, read(key)]), ...entries]);
    const head = Buffer.from(JSON.stringify([...all].map(([key, blob]) => [key, blob.length])));
    write(file, Buffer.concat([Buffer.from(Uint32Array.of(head.length).buffer), head, ...all.values()]));
  };
  return { read, add };
}

function slice(descriptor, at, length) {
  const bytes = Buffer.from(new ArrayBuffer(length));
  fs.readSync(descriptor, bytes, 0, length, at);
  return bytes;
}

/** Writes a file at once, so that no other process reads half of it. Where that cannot be, there is just no cache. */
function write(file, content) {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.${process.pid}`, content);
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

/** Runs this repository's TypeScript, as ts-node does with --transpile-only. */
function keepTranslated() {
  const settings = fs.readFileSync(path.join(REPOSITORY, "tsconfig.json"), "utf8");
  const before = Module._extensions[".ts"];
  Module._extensions[".ts"] = (module, filename) => {
    if (!filename.startsWith(REPOSITORY) || filename.startsWith(PACKAGES))
      return (before ?? Module._extensions[".js"])(module, filename);
    process.setSourceMapsEnabled(true);
    const source = fs.readFileSync(filename, "utf8");
    const file = path.join(CACHE, "ts", createHash("sha1").update(`${settings}\0${filename}\0${source}`).digest("hex"));
    module._compile(
      fs.existsSync(file) ? fs.readFileSync(file, "utf8") : translate(source, filename, settings, file),
      filename,
    );
  };
}

function translate(source, fileName, settings, file) {
  const ts = require("typescript");
  const { compilerOptions } = ts.parseConfigFileTextToJson("tsconfig.json", settings).config;
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, REPOSITORY);
  const { outputText } = ts.transpileModule(source, {
    fileName,
    compilerOptions: { ...options, inlineSourceMap: true, sourceMap: false, inlineSources: true },
  });
  write(file, outputText);
  return outputText;
}

/** Has a package loaded when something of it is used, not before. */
function leaveForLater(...names) {
  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const isMeant = names.includes(request) && parent?.filename.startsWith(PULUMI);
    if (!isMeant) return load.call(this, request, parent, ...rest);
    const get = (_target, name) => {
      if (name === "__esModule") return true;
      const module = load.call(this, request, parent, ...rest);
      return name === "default" ? (module.default ?? module) : module[name];
    };
    return new Proxy({}, { get });
  };
}

/** Leaves the stacks of errors as they are: Pulumi asks for one at each registration, and for the maps of all files in it. */
function withoutSourceMaps() {
  const load = Module._load;
  const nothing = { install() {}, wrapCallSite: (site) => site };
  Module._load = function (request, parent, ...rest) {
    const isMeant = request === "source-map-support/register" || request === "@cspotcode/source-map-support";
    return isMeant && parent?.filename.startsWith(PACKAGES) ? nothing : load.call(this, request, parent, ...rest);
  };
}
