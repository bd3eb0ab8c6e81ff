/**
 * The requests alone, as fast as one process can send them: signed, on kept-alive connections, so many in flight. What no
 * provider can be faster than that asks the gateway the same things. Each operation is a process of its own that has just
 * started, as a plug-in has: code that has run before is twice as fast.
 */
import { spawn } from "node:child_process";
import { json, text } from "node:stream/consumers";
import { inParallel } from "../provider/parallel";
import { type S3Answer, s3Client } from "../tests/proofs/ground/s3";
import type { Credentials, RealCeph } from "../tools/ceph/cluster";
import { OPERATIONS, type Operation, type Sample } from "./samples";

/** What a process is to do; it comes by stdin, because others can read a command line. */
interface Task extends Pick<RealCeph, "endpoint" | "admin"> {
  readonly operation: Operation;
  readonly size: number;
  readonly inFlight: number;
  /** The users' keys as far as they are made. */
  readonly keys: Readonly<Record<string, Credentials>>;
}

/** What it did. */
interface Done extends Sample, Pick<Task, "keys"> {}

/** The least time of each operation for so many users. "no-op" has no requests. */
export async function measureRaw(
  { endpoint, admin }: RealCeph,
  size: number,
  inFlight: number,
): Promise<Map<Operation, Sample>> {
  const times = new Map<Operation, Sample>();
  let keys: Task["keys"] = {};
  for (const operation of OPERATIONS) {
    const done = await inProcess({ operation, size, inFlight, endpoint, admin, keys });
    times.set(operation, { wall: done.wall, cpu: done.cpu });
    keys = done.keys;
  }
  return times;
}

/** Does a task in a process that ends with it. */
async function inProcess(task: Task): Promise<Done> {
  const node = ["-r", "ts-node/register/transpile-only", __filename];
  const child = spawn(process.execPath, node, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(task));
  const said = await text(child.stdout);
  return JSON.parse(said) as Done;
}

/** Does a task here. */
async function carryOut({ operation, size, inFlight, endpoint, admin, keys: before }: Task): Promise<Done> {
  const client = s3Client();
  const keys = { ...before };
  const ask = async (method: string, query: Readonly<Record<string, string>>) => {
    const answer = await client.send(endpoint, admin, method, `/admin/user?${new URLSearchParams(query)}`);
    if (answer.status !== 200) throw new Error(`${method} answered ${answer.said}`);
    return answer;
  };
  const prove = async (name: string) => {
    const key = keys[name];
    const answer = key && (await client.send(endpoint, key));
    if (answer?.status !== 200) throw new Error(`the key of ${name} was answered ${answer?.said}`);
  };
  const deeds: Record<Operation, (name: string) => Promise<unknown>> = {
    create: async (uid) => {
      keys[uid] = latestKey(await ask("PUT", { uid, "display-name": "A" }));
      await prove(uid);
    },
    "no-op": async () => undefined,
    refresh: (uid) => ask("GET", { uid }),
    "one field": async (uid) => {
      await ask("POST", { uid, "display-name": "B" });
      await prove(uid);
    },
    rotate: async (uid) => {
      await ask("GET", { uid });
      const answer = await ask("POST", { uid, "access-key": `NEW${uid}`, "generate-key": "true" });
      keys[uid] = latestKey(answer, `NEW${uid}`);
      await prove(uid);
    },
    destroy: (uid) => ask("DELETE", { uid }),
  };
  const names = Array.from({ length: size }, (_, index) => `u${index}`);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await inParallel(names, inFlight, async (name) => {
    await deeds[operation](name);
  });
  const spent = process.cpuUsage(cpu);
  const done = { wall: performance.now() - began, cpu: (spent.user + spent.system) / 1000, keys };
  client.close();
  return done;
}

function latestKey({ body }: S3Answer, accessKey?: string): Credentials {
  const { keys } = JSON.parse(body) as { keys: { access_key: string; secret_key: string }[] };
  const key = keys.find((one) => accessKey === undefined || one.access_key === accessKey);
  if (key === undefined) throw new Error("the answer has no key");
  return { accessKey: key.access_key, secretKey: key.secret_key };
}

if (require.main === module) {
  void json(process.stdin)
    .then((task) => carryOut(task as Task))
    .then((done) => process.stdout.write(JSON.stringify(done)));
}
