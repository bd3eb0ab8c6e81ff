/**
 * Many users: fleets of some thousands in stacks side by side, by the packaged plugin out of YAML, on the embedded gateway in a
 * process of its own. docs/scale.md has what it prints.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { inParallel } from "../provider/parallel";
import { openStack, REPOSITORY, type Stack } from "../tests/real/pulumi";
import { watchProcess } from "./life";
import { makePlugins, PLUGINS } from "./plugins";
import { median } from "./samples";

/** The fleet of one stack. */
function program(nth: number, size: number, rotationId: string) {
  const names = Array.from({ length: size }, (_, index) => `s${nth}u${index}`);
  const users = Object.fromEntries(names.map((uid) => [uid, { uid }]));
  const properties = { defaults: { displayName: "A", rotationId }, users };
  const plugins = { providers: [PLUGINS.ours] };
  const resources = { all: { type: "object-users:rgw:Users", properties } };
  return { "Pulumi.yaml": JSON.stringify({ name: `fleet${nth}`, runtime: "yaml", plugins, resources }) };
}

/** Makes so many stacks with a fleet of a size each, some at a time, and then lives on with the first of them. */
export async function measureScale(howMany = 50, size = 2_000, atOnce = 2): Promise<void> {
  await makePlugins();
  const script = path.join(REPOSITORY, "dist", "devserver", "main.js");
  const gateway = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => gateway.kill());
  const stacks: Stack[] = [];
  try {
    const env = await connectionOf(gateway.stdout);
    const began = performance.now();
    const created: Run[] = [];
    const nths = Array.from({ length: howMany }, (_, index) => index);
    await inParallel(nths, atOnce, async (nth) => {
      const stack = await openStack({ program: { files: program(nth, size, "1") }, env });
      stacks[nth] = stack;
      created.push(await watched(stack, "up"));
      if (created.length % 10 === 0) console.error(`${created.length} of ${howMany} stacks`);
    });
    const all = (performance.now() - began) / 1000;
    const users = (howMany * size).toLocaleString("en");
    print(`${users} users in ${howMany} stacks, ${atOnce} at a time`, `${all.toFixed(0)} s`);
    print("one stack, created: median", secondsOf(created));
    const tenth = Math.max(1, Math.floor(created.length / 10));
    print(
      "the first tenth of them, and the last",
      `${secondsOf(created.slice(0, tenth))}, ${secondsOf(created.slice(-tenth))}`,
    );
    print("memory of a plugin and of a CLI, at most", memoryOf(created));
    print("memory of the embedded gateway", megabytes(residentOf(gateway.pid)));
    const [stack] = stacks;
    if (stack === undefined) return;
    const state = JSON.stringify(await stack.exportState()).length / 1e6;
    print("state of one stack, and of all", `${state.toFixed(2)} MB, ${(state * howMany).toFixed(0)} MB`);
    const later = async (what: string, how: How) => {
      const run = await watched(stack, how);
      print(`then one stack: ${what}`, `${secondsOf([run])}; ${memoryOf([run])}`);
    };
    await later("up without changes", "up");
    await later("refresh", "refresh");
    stack.write(program(0, size, "2"));
    await later("rotate all", "up");
    await later("destroy", "destroy");
  } finally {
    for (const stack of Object.values(stacks)) await stack.dispose();
    gateway.kill("SIGTERM");
  }
}

type How = "up" | "refresh" | "destroy";

/** One run of the CLI: its seconds, and the most memory of its processes, in MB. */
interface Run {
  readonly seconds: number;
  readonly plugin: number;
  readonly cli: number;
}

async function watched(stack: Stack, how: How): Promise<Run> {
  const [plugin, cli] = [watchProcess(stack, /pulumi-resource-object-users/), watchProcess(stack, /\/pulumi /)];
  try {
    const { ms } = await stack[how]({ expect: 0, onOutput: () => undefined });
    return { seconds: ms / 1000, plugin: plugin.stop(), cli: cli.stop() };
  } finally {
    plugin.stop();
    cli.stop();
  }
}

/** The connection, from the file that the gateway's command names. */
async function connectionOf(output: NodeJS.ReadableStream): Promise<Record<string, string>> {
  let said = "";
  output.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  for (;;) {
    const file = /^\s+\. (\S+)$/m.exec(said)?.[1];
    const lines = file ? readFileSync(file, "utf8").matchAll(/(RADOSGW_\w+)=['"]?([^\s'"]+)/g) : undefined;
    if (lines) return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
    await once(output, "data");
  }
}

function residentOf(pid = 0): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const secondsOf = (runs: readonly Run[]) => `${median(runs.map(({ seconds }) => seconds)).toFixed(1)} s`;
const most = (values: readonly number[]) => megabytes(Math.max(...values));
const memoryOf = (runs: readonly Run[]) =>
  `${most(runs.map(({ plugin }) => plugin))}, ${most(runs.map(({ cli }) => cli))}`;
const megabytes = (value: number) => `${value.toFixed(0)} MB`;
const print = (what: string, value: string) => console.log(`${what}: ${value}`);
