/** Users with one access key and two secrets, as their own suites and walks see them. */
import assert from "node:assert/strict";
import type { FaultHook } from "../../devserver/rgw/fault";
import type { RequestLog } from "../../devserver/rgw/request-log";
import type { Adapter, System } from "./adapter";
import { cegedimWith } from "./cegedim";
import { ecsWith } from "./ecs";
import { openStack, type Stack, type StackOptions } from "./stack";

/** A server, as far as both have it. */
export interface Server {
  faults: FaultHook | undefined;
  propagationSeconds: number;
  readonly requests: RequestLog;
}

/** A stack on such a server. */
export interface Bench<Reference extends Server = Server> extends Stack {
  readonly server: Reference;
  /** What S3 answers to a secret of the user: "200", or "403 SignatureDoesNotMatch". */
  s3(secret: unknown): string;
  /** Makes the next request of a kind go wrong, once. */
  next(kind: string, fault: ReturnType<FaultHook>): void;
  /** Fails unless the outputs say that the grace ends in so many seconds, counted from now or a moment ago. */
  assertEndsIn(seconds: number): void;
}

/** ecs.ObjectUser "ann" in namespace "ns1". */
export const openEcs = ({ settings, shape, ...options }: Parameters<typeof ecsWith>[0] & StackOptions = {}) =>
  benchOf(ecsWith(options), { settings, shape });

/** cegedim.ObjectUser "ann". */
export const openCegedim = ({ settings, shape, ...options }: Parameters<typeof cegedimWith>[0] & StackOptions = {}) =>
  benchOf(cegedimWith(options), { settings, shape });

async function benchOf<Reference extends Server>(
  adapter: Adapter<System & { readonly server: Reference }>,
  { settings, shape }: { settings: StackOptions["settings"] | undefined; shape: StackOptions["shape"] | undefined },
): Promise<Bench<Reference>> {
  const stack = await openStack(adapter, { ...(settings ? { settings } : {}), ...(shape ? { shape } : {}) });
  const { server } = stack.system;
  return Object.assign(stack, {
    server,
    s3: (secret: unknown) => {
      const accessKey = String(stack.engine.stored?.outputs.accessKey);
      return stack.system.s3({ accessKey, secretKey: String(secret) }) as string;
    },
    next(kind: string, fault: ReturnType<FaultHook>) {
      server.faults = (_request, _sequence, found) => {
        if (found !== kind) return undefined;
        server.faults = undefined;
        return fault;
      };
    },
    assertEndsIn(seconds: number) {
      const left = Date.parse(String(stack.outputs().previousKeyExpiresAt)) - stack.world.now().getTime();
      assert.ok(left <= seconds * 1000 && left > seconds * 1000 - 1000, `it ends in ${left} ms`);
    },
  });
}
