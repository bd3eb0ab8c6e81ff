/**
 * The plugin as an executable that needs no Node: Node's own binary with the bundle in it (Node's "single executable
 * application"). The same input gives the same bytes.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { wrap } from "node:module";
import path from "node:path";
import { inject } from "postject";
import { NAME } from "../build";
import { nodeOf, type Platform, thisPlatform } from "./platforms";

/** By this text Node finds that something was put into it. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
/** The signer needs segments that fill the pages of macOS on arm64. */
const PAGE_BYTES = 16_384;

/** Makes the executable of a platform in a directory, and returns its name. */
export async function makeExecutable(script: string, platform: Platform, directory: string): Promise<string> {
  const isWindows = platform.name.startsWith("windows");
  const isMac = platform.name.startsWith("darwin");
  const name = isWindows ? `${NAME}.exe` : NAME;
  const file = path.join(directory, name);
  copyFileSync(path.join(nodeOf(platform), "bin", isWindows ? "node.exe" : "node"), file);
  chmodSync(file, 0o755);
  const blob = blobOf(script, platform, `${directory}.blob`);
  await silently(() =>
    inject(file, "NODE_SEA_BLOB", blob, {
      sentinelFuse: FUSE,
      ...(isMac ? { machoSegmentName: "NODE_SEA" } : {}),
    }),
  );
  if (isMac) sign(file);
  return name;
}

/**
 * The bundle as Node wants it. With code that V8 has compiled it starts in two thirds of the time; only a platform's own Node
 * can compile for it.
 */
function blobOf(script: string, platform: Platform, directory: string): Buffer {
  const host = thisPlatform();
  const node = path.join(nodeOf(host), "bin", process.platform === "win32" ? "node.exe" : "node");
  // What V8 compiles depends on random numbers and the flags of the environment.
  const env = { ...process.env, NODE_OPTIONS: "" };
  const run = (...args: string[]) => execFileSync(node, args, { cwd: directory, env, stdio: "pipe" });
  mkdirSync(directory, { recursive: true });
  const write = (name: string, content: string) => writeFileSync(path.join(directory, name), content);
  write("script", wrap(script));
  write("code", "");
  if (platform.name === host.name) {
    run("--random-seed=1", path.join(__dirname, "compile.cjs"), "script", "code");
    if (statSync(path.join(directory, "code")).size === 0) throw new Error("the plugin did not start");
  }
  write("main.js", readFileSync(path.join(__dirname, "launch.cjs"), "utf8"));
  const assets = { script: "script", code: "code" };
  write(
    "config.json",
    JSON.stringify({ main: "main.js", output: "blob", disableExperimentalSEAWarning: true, assets }),
  );
  run("--experimental-sea-config", "config.json");
  const blob = readFileSync(path.join(directory, "blob"));
  return Buffer.concat([blob], Math.ceil(blob.length / PAGE_BYTES) * PAGE_BYTES);
}

/** Signs ad hoc, without anybody's name: macOS runs no program on arm64 that has no signature at all. */
function sign(file: string): void {
  const cwd = path.join(__dirname, "sign");
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  try {
    execFileSync("go", ["run", ".", file, NAME], { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    throw new Error(`An executable for macOS could not be signed; that takes Go on PATH. ${(error as Error).message}`);
  }
}

/** What is put into binaries warns of sections that it knows nothing of. */
async function silently(task: () => Promise<void>): Promise<void> {
  const { warn, error } = console;
  console.warn = console.error = () => undefined;
  try {
    await task();
  } finally {
    Object.assign(console, { warn, error });
  }
}
