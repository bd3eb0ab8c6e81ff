/**
 * Requests per operation, as the gateway counts them: one user, the real Pulumi CLI, the embedded gateway with its log.
 */
import { Gateway } from "../devserver/rgw/gateway";
import { serve } from "../devserver/rgw/serve";
import { openStack, type Stack } from "../tests/real/pulumi";
import { connectionTo } from "./programs";

/** What one operation cost. */
export interface RequestCount {
  readonly operation: string;
  /** Requests to the Admin Ops API. */
  readonly admin: number;
  /** Proofs. */
  readonly s3: number;
  readonly budget: string;
}

const program = (inputs: string) => `const { rgw } = require("pulumi-object-users");
new rgw.User("alice", { uid: "alice", displayName: "Alice", ${inputs} });`;

/** Plays one user's life and counts. */
export async function countRequests(): Promise<RequestCount[]> {
  const gateway = new Gateway();
  const served = await serve(gateway);
  const stack = await openStack({
    program: { files: { "index.js": program("") } },
    config: connectionTo(served.url, gateway.admin),
  });
  const counts: RequestCount[] = [];
  const count = async (
    operation: string,
    budget: string,
    inputs: string | undefined,
    call: (stack: Stack) => Promise<unknown>,
  ) => {
    if (inputs !== undefined) stack.write({ "index.js": program(inputs) });
    gateway.requests.reset();
    await call(stack);
    counts.push({ operation, admin: gateway.requests.count("admin"), s3: gateway.requests.count("s3"), budget });
  };
  const up = (of: Stack) => of.up({ expect: 0 });
  try {
    await count("create", "1 + 1", "", up);
    await count("no-op up", "0", undefined, up);
    await count("refresh", "1", undefined, (of) => of.refresh({ expect: 0 }));
    await count("change of one field", "2", 'email: "alice@example.com"', up);
    await count("rotation", "2 + 1", 'email: "alice@example.com", rotationId: "2"', up);
    await count("revoke", "1 + 1", 'email: "alice@example.com", rotationId: "2", gracePeriodSeconds: 0', up);
    await count(
      "change of a quota",
      "2",
      'email: "alice@example.com", rotationId: "2", gracePeriodSeconds: 0, userQuota: { maxObjects: 9 }',
      up,
    );
    await count("delete", "1", undefined, (of) => of.destroy({ expect: 0 }));
    await count("create with two quotas", "3 + 1", "userQuota: { maxObjects: 9 }, bucketQuota: { maxObjects: 9 }", up);
    await stack.destroy({ expect: 0 });
    if (gateway.user("alice") !== undefined) throw new Error("the user was left behind");
    return counts;
  } finally {
    await stack.dispose();
    await served.close();
  }
}
