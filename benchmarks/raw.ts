/**
 * The requests alone, as fast as one process can send them: signed, on kept-alive connections, so many in flight. What no
 * provider can be faster than that asks the gateway the same things.
 */
import { inParallel } from "../provider/parallel";
import { type S3Answer, s3Client } from "../tests/proofs/ground/s3";
import type { Credentials, RealCeph } from "../tools/ceph/cluster";
import { OPERATIONS, type Operation, type Sample } from "./samples";

/** The least time of each operation for so many users. "no-op" has no requests. */
export async function measureRaw(ceph: RealCeph, size: number, inFlight: number): Promise<Map<Operation, Sample>> {
  const client = s3Client();
  const names = Array.from({ length: size }, (_, index) => `u${index}`);
  const keys = new Map<string, Credentials>();
  const admin = async (method: string, query: Readonly<Record<string, string>>) => {
    const answer = await client.send(ceph.endpoint, ceph.admin, method, `/admin/user?${new URLSearchParams(query)}`);
    if (answer.status !== 200) throw new Error(`${method} answered ${answer.said}`);
    return answer;
  };
  const prove = async (name: string) => {
    const key = keys.get(name);
    const answer = key && (await client.send(ceph.endpoint, key));
    if (answer?.status !== 200) throw new Error(`the key of ${name} was answered ${answer?.said}`);
  };
  const deeds: Record<Operation, (name: string) => Promise<unknown>> = {
    create: async (uid) => {
      keys.set(uid, latestKey(await admin("PUT", { uid, "display-name": "A" })));
      await prove(uid);
    },
    "no-op": async () => undefined,
    refresh: (uid) => admin("GET", { uid }),
    "one field": async (uid) => {
      await admin("POST", { uid, "display-name": "B" });
      await prove(uid);
    },
    rotate: async (uid) => {
      await admin("GET", { uid });
      const answer = await admin("POST", { uid, "access-key": `NEW${uid}`, "generate-key": "true" });
      keys.set(uid, latestKey(answer, `NEW${uid}`));
      await prove(uid);
    },
    destroy: (uid) => admin("DELETE", { uid }),
  };
  const times = new Map<Operation, Sample>();
  for (const operation of OPERATIONS) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    await inParallel(names, inFlight, async (name) => {
      await deeds[operation](name);
    });
    const spent = process.cpuUsage(before);
    times.set(operation, { wall: performance.now() - began, cpu: (spent.user + spent.system) / 1000 });
  }
  client.close();
  return times;
}

function latestKey({ body }: S3Answer, accessKey?: string): Credentials {
  const { keys } = JSON.parse(body) as { keys: { access_key: string; secret_key: string }[] };
  const key = keys.find((one) => accessKey === undefined || one.access_key === accessKey);
  if (key === undefined) throw new Error("the answer has no key");
  return { accessKey: key.access_key, secretKey: key.secret_key };
}
