/** What turns the engine's own cost: measured once each, so that the README's advice has figures. */
import { performance } from "node:perf_hooks";
import { inParallel } from "../provider/parallel";
import { s3Client } from "../tests/proofs/ground/s3";
import { openStack, type RunOptions } from "../tests/real/pulumi";
import type { RealCeph } from "../tools/ceph/cluster";
import { type Contender, connectionTo, filesOf } from "./programs";

/** One setting and what it took, in seconds. */
export interface KnobTime {
  readonly what: string;
  readonly seconds: number;
}

/** \`--parallel\`, the language of the program, checkpoints. `size` is the number of users for the last. */
export async function turnKnobs(ceph: RealCeph, size: number): Promise<KnobTime[]> {
  const create = (contender: Contender, users: number, run: RunOptions) => timeUp(ceph, filesOf(contender, users), run);
  const typescript = {
    "index.ts": `import { rgw } from "pulumi-object-users";\nnew rgw.User("u0", { uid: "u0", displayName: "A" });\n`,
  };
  const checked = { PULUMI_NODEJS_TRANSPILE_ONLY: undefined };
  const skipping = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  const times: KnobTime[] = [];
  const add = async (what: string, seconds: Promise<number>) => times.push({ what, seconds: await seconds });
  for (const parallel of ["4", "16", "32"]) {
    await add(`create 100 users, --parallel ${parallel}`, create("users", 100, { args: ["--parallel", parallel] }));
  }
  await add("create 1 user, program in JavaScript (typescript: false)", create("users", 1, {}));
  await add("create 1 user, program in TypeScript", timeUp(ceph, typescript, { env: checked }));
  await add("the same with PULUMI_NODEJS_TRANSPILE_ONLY=true", timeUp(ceph, typescript, {}));
  await add(`create ${size} users`, create("users", size, { args: ["--parallel", "16"] }));
  await add(
    `create ${size} users, PULUMI_SKIP_CHECKPOINTS=true`,
    create("users", size, { args: ["--parallel", "16"], env: skipping }),
  );
  return times;
}

async function timeUp(ceph: RealCeph, files: Readonly<Record<string, string>>, run: RunOptions): Promise<number> {
  const stack = await openStack({ program: { files }, config: connectionTo(ceph.endpoint, ceph.admin) });
  try {
    const { ms } = await stack.up({ ...run, expect: 0 });
    await stack.destroy({ expect: 0, args: ["--parallel", "16"] });
    return ms / 1000;
  } finally {
    await stack.dispose();
  }
}

/** How long requests to a gateway take. */
export interface GatewayTime {
  readonly gateway: string;
  /** Milliseconds for one of several requests, one after another on a kept-alive connection. */
  readonly alone: number;
  /** Milliseconds per request with 32 in flight. */
  readonly together: number;
}

/** A gateway with tcp_nodelay, and one as it comes out of the box. */
export async function timeGateways(ceph: RealCeph): Promise<GatewayTime[]> {
  const plain = await ceph.addGateway({ nodelay: false });
  return [await timeGateway(ceph, ceph.endpoint, "with tcp_nodelay=1"), await timeGateway(ceph, plain, "as it comes")];
}

async function timeGateway(ceph: RealCeph, endpoint: string, gateway: string): Promise<GatewayTime> {
  const client = s3Client();
  const perRequest = async (requests: number, inFlight: number) => {
    const began = performance.now();
    await inParallel(Array.from({ length: requests }), inFlight, async () => {
      await client.send(endpoint, ceph.admin);
    });
    return (performance.now() - began) / requests;
  };
  await perRequest(32, 32);
  const times = { gateway, alone: await perRequest(50, 1), together: await perRequest(960, 32) };
  client.close();
  return times;
}
