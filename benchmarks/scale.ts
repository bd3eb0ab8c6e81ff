/**
 * Many users: fleets of some thousands in stacks side by side, by the packaged plugin out of YAML, on the embedded gateway in a
 * process of its own. docs/scale.md has what it prints. \`node -r ts-node/register/transpile-only benchmarks/scale.ts 50 2000 2\`
 * makes 50 stacks with fleets of 2,000, two at a time, which are the defaults: minutes on a quiet machine with two cores.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { inParallel } from "../provider/parallel";
import { openStack, REPOSITORY, type Stack } from "../tests/real/pulumi";
import { watchProcess } from "./life";
import { PLUGIN } from "./programs";
import { median } from "./samples";

const [STACKS = 50, SIZE = 2_000, AT_ONCE = 2] = process.argv.slice(2).map(Number);

/** The fleet of one stack. */
function program(nth: number, rotationId: string) {
  const names = Array.from({ length: SIZE }, (_, index) => `s${nth}u${index}`);
  const users = Object.fromEntries(names.map((uid) => [uid, { uid }]));
  const properties = { defaults: { displayName: "A", rotationId }, users };
  const plugins = { providers: [{ name: "object-users", path: PLUGIN }] };
  const resources = { all: { type: "object-users:rgw:Users", properties } };
  return { "Pulumi.yaml": JSON.stringify({ name: `fleet${nth}`, runtime: "yaml", plugins, resources }) };
}

async function main(): Promise<void> {
  const script = path.join(REPOSITORY, "dist", "devserver", "main.js");
  const gateway = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => gateway.kill());
  const stacks: Stack[] = [];
  try {
    const env = await connectionOf(gateway.stdout);
    const began = performance.now();
    const created: Run[] = [];
    const nths = Array.from({ length: STACKS }, (_, index) => index);
    await inParallel(nths, AT_ONCE, async (nth) => {
      const stack = await openStack({ program: { files: program(nth, "1") }, env });
      stacks.push(stack);
      created.push(await watched(stack));
      if (created.length % 10 === 0) console.error(`${created.length} of ${STACKS} stacks`);
    });
    const all = (performance.now() - began) / 1000;
    const users = STACKS * SIZE;
    print(`${users.toLocaleString("en")} users in ${STACKS} stacks, ${AT_ONCE} at a time`, `${all.toFixed(0)} s`);
    print("one stack, created: median", secondsOf(created));
    const tenth = Math.max(1, Math.floor(created.length / 10));
    print(
      "the first tenth of them, and the last",
      `${secondsOf(created.slice(0, tenth))}, ${secondsOf(created.slice(-tenth))}`,
    );
    print("memory of a plugin, at most", megabytes(Math.max(...created.map(({ plugin }) => plugin))));
    print("memory of a CLI, at most", megabytes(Math.max(...created.map(({ cli }) => cli))));
    print("memory of the embedded gateway", megabytes(residentOf(gateway.pid)));
    const state = JSON.stringify(await stacks[0]?.exportState()).length;
    print(
      "state of one stack, and of all",
      `${(state / 1e6).toFixed(2)} MB, ${((state * STACKS) / 1e6).toFixed(0)} MB`,
    );
    const [stack] = stacks;
    if (stack === undefined) return;
    const nth = Number(/"fleet(\d+)"/.exec(readFileSync(path.join(stack.directory, "Pulumi.yaml"), "utf8"))?.[1]);
    print("then one stack: up without changes", secondsOf([await watched(stack)]));
    print("then one stack: refresh", `${((await stack.refresh({ expect: 0 })).ms / 1000).toFixed(1)} s`);
    stack.write(program(nth, "2"));
    print("then one stack: rotate all", secondsOf([await watched(stack)]));
    print("then one stack: destroy", `${((await stack.destroy({ expect: 0 })).ms / 1000).toFixed(1)} s`);
  } finally {
    for (const stack of stacks) await stack.dispose();
    gateway.kill("SIGTERM");
  }
}

/** One \`up\`: its seconds, and the most memory of its processes, in MB. */
interface Run {
  readonly seconds: number;
  readonly plugin: number;
  readonly cli: number;
}

async function watched(stack: Stack): Promise<Run> {
  const [plugin, cli] = [watchProcess(stack, /pulumi-resource-object-users/), watchProcess(stack, /\/pulumi /)];
  try {
    const { ms } = await stack.up({ expect: 0, onOutput: () => undefined });
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
const megabytes = (value: number) => `${value.toFixed(0)} MB`;
const print = (what: string, value: string) => console.log(`${what}: ${value}`);

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
