/**
 * S3 clients at full rate: each sends its next request when the last is answered, on kept-alive connections, through
 * both gateways by turns. New credentials are picked up some time after they were published, at another moment by each.
 */
import type { Credentials } from "../../../tools/ceph/cluster";
import { s3Client } from "./s3";
import type { Chance } from "./seed";

/** Clients at work. */
export interface Clients {
  /** Each picks these up at a moment of its own, at the latest after so many milliseconds. Resolves when all have. */
  publish(key: Credentials, withinMs: number): Promise<void>;
  readonly counts: { requests: number; refused: number; faults: number };
  /** The first refusals and faults, without secrets. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

const BODY = "an object of the load test";
const SHOWN = 10;

/** Sends clients to a bucket of the key's owner, which the first of them makes. */
export async function startClients(
  endpoints: readonly string[],
  first: Credentials,
  options: { readonly clients: number; readonly bucket: string; readonly chance: Chance },
): Promise<Clients> {
  const counts = { requests: 0, refused: 0, faults: 0 };
  const complaints: string[] = [];
  const held = Array.from({ length: options.clients }, () => first);
  const wire = s3Client(30_000);
  let over = false;

  const complain = (index: number, key: Credentials, said: string) => {
    const isRefused = said.startsWith("401") || said.startsWith("403");
    counts[isRefused ? "refused" : "faults"]++;
    if (complaints.length < SHOWN) complaints.push(`client ${index} with ${key.accessKey}: ${said}`);
  };
  const send = async (index: number, turn: number) => {
    const key = held[index] ?? first;
    const endpoint = endpoints[turn % endpoints.length] ?? "";
    const path = `/${options.bucket}/object-${index}`;
    const [method, body] = turn % 10 === 0 ? ["PUT", BODY] : ["GET", ""];
    const said = await wire.send(endpoint, key, method, path, body).then(
      (answer) => answer.said,
      (error: Error) => error.message,
    );
    counts.requests++;
    if (said !== "200") complain(index, key, said);
  };
  const work = async (index: number) => {
    for (let turn = 0; !over; turn++) await send(index, turn);
  };

  const made = await wire.send(endpoints[0] ?? "", first, "PUT", `/${options.bucket}`);
  if (made.status !== 200) throw new Error(`the bucket of the clients was not made: ${made.said}`);
  const running = held.map((_, index) => work(index));
  return {
    counts,
    complaints,
    publish: async (key, withinMs) => {
      const picked = held.map(
        (_, index) =>
          new Promise<void>((resolve) => {
            const pick = () => {
              held[index] = key;
              resolve();
            };
            setTimeout(pick, options.chance.next() * withinMs);
          }),
      );
      await Promise.all(picked);
    },
    stop: async () => {
      over = true;
      await Promise.all(running);
      wire.close();
    },
  };
}
