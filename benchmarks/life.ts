/**
 * One stack's life by the real CLI on a real Ceph, each operation timed: create, no-op, refresh, one field, rotate,
 * destroy. A life counts only if its work was done: all users there, keys accepted, all gone.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { s3Client } from "../tests/proofs/ground/s3";
import { processesWith } from "../tests/real/processes";
import { openStack, type Stack } from "../tests/real/pulumi";
import type { Credentials, RealCeph } from "../tools/ceph/cluster";
import type { CpuMeter } from "./cpu";
import { type Contender, connectionTo, filesOf, isPackaged } from "./programs";
import type { Operation, Sample } from "./samples";

/** What one life took. */
export interface Life {
  readonly times: ReadonlyMap<Operation, Sample>;
  /** Bytes of state for one user, as it is exported without white space. */
  readonly bytesPerUser: number;
  /** The most memory that the plug-in had, in MB. */
  readonly pluginMegabytes: number;
}

const PARALLEL = { args: ["--parallel", "16"], expect: 0 };
const CHECKED = 50;

/** Lives once with so many users. */
export async function live(ceph: RealCeph, meter: CpuMeter, contender: Contender, size: number): Promise<Life> {
  const program = (field?: string, rotation?: string) => filesOf(contender, size, field, rotation);
  const stack = await openStack({
    program: { files: program() },
    config: isPackaged(contender) ? {} : connectionTo(ceph.endpoint, ceph.admin),
    env: { ...meter.env, ...environmentOf(ceph), ...(isPackaged(contender) ? { OBJECT_USERS_DOOR: "packaged" } : {}) },
    wrapper: meter.wrapper,
  });
  const times = new Map<Operation, Sample>();
  const memory = watchProcess(stack, PLUGIN);
  const time = async (operation: Operation, call: Promise<{ readonly ms: number }>) => {
    times.set(operation, { wall: (await call).ms, cpu: meter.read() });
  };
  const hasUsers = !/empty|key|floor/.test(contender);
  try {
    await time("create", stack.up(PARALLEL));
    const bytesPerUser = JSON.stringify(await stack.exportState()).length / size;
    if (hasUsers) await expectAccepted(ceph, stack, size);
    await time("no-op", stack.up(PARALLEL));
    await time("refresh", stack.refresh(PARALLEL));
    stack.write(program("B"));
    await time("one field", stack.up(PARALLEL));
    stack.write(program("B", "2"));
    await time("rotate", stack.up(PARALLEL));
    if (hasUsers) await expectAccepted(ceph, stack, size);
    await time("destroy", stack.destroy(PARALLEL));
    await expectUsers(ceph, 0);
    return { times, bytesPerUser, pluginMegabytes: memory.stop() };
  } finally {
    memory.stop();
    await stack.dispose();
  }
}

/** The connection as programs that have no configuration find it. */
export function environmentOf({ endpoint, admin }: RealCeph): Record<string, string> {
  return {
    RADOSGW_ENDPOINT: endpoint,
    RADOSGW_ACCESS_KEY: admin.accessKey,
    RADOSGW_SECRET_KEY: admin.secretKey,
  };
}

/** All users are there, and the keys that state has are those that S3 accepts. */
async function expectAccepted(ceph: RealCeph, stack: Stack, size: number): Promise<void> {
  await expectUsers(ceph, size);
  const { stdout } = await stack.run(["stack", "export", "--show-secrets"], { expect: 0, onOutput: () => undefined });
  const keys = keysIn(JSON.parse(stdout));
  if (keys.length !== size) throw new Error(`state has ${keys.length} keys, ${size} were expected`);
  const client = s3Client();
  for (const key of keys.slice(0, CHECKED)) {
    const { said } = await client.send(ceph.endpoint, key);
    if (said !== "200") throw new Error(`a key in state was answered ${said}`);
  }
  client.close();
}

/** A measurement counts only if the work was done: so many users besides the admin. */
export async function expectUsers(ceph: RealCeph, expected: number): Promise<void> {
  const users = (await ceph.radosgwAdmin("user", "list")) as string[];
  const ours = users.filter((uid) => /^u\d+$/.test(uid)).length;
  if (ours !== expected) throw new Error(`there are ${ours} users, ${expected} were expected`);
}

/** Every pair of accessKey and secretKey in the outputs of an exported state, whoever wrote it. */
function keysIn(exported: unknown): Credentials[] {
  if (typeof exported === "string" && exported.startsWith("{")) return keysIn(JSON.parse(exported));
  if (typeof exported !== "object" || exported === null) return [];
  const members = exported as Record<string, unknown>;
  if (typeof members.plaintext === "string") return keysIn(JSON.parse(members.plaintext));
  const { accessKey, secretKey } = members;
  const secret = typeof secretKey === "object" && secretKey !== null ? (secretKey as { plaintext?: string }) : {};
  const clear = typeof secretKey === "string" ? secretKey : secret.plaintext && JSON.parse(secret.plaintext);
  if (typeof accessKey === "string" && typeof clear === "string") return [{ accessKey, secretKey: clear }];
  return Object.values(members).flatMap(keysIn);
}

const PLUGIN = /dynamic-provider|pulumi-resource-(object-users|nothing)/;
const WATCH_MS = 400;

/** Watches the memory of a stack's processes by their command line: Linux keeps the peak of each process. */
export function watchProcess(stack: Stack, pattern: RegExp): { stop(): number } {
  const home = path.join(path.dirname(stack.directory), "pulumi");
  let peak = 0;
  const timer = setInterval(() => {
    for (const { pid, command } of processesWith("PULUMI_HOME", home))
      if (pattern.test(command)) peak = Math.max(peak, peakOf(pid) ?? 0);
  }, WATCH_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function peakOf(pid: number): number | undefined {
  try {
    // A process that has ended and was not waited for yet has a status without memory.
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
