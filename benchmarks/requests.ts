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
  readonly budget: { readonly admin: number; readonly s3: number };
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
    budget: RequestCount["budget"],
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
    await count("create", { admin: 1, s3: 1 }, "", up);
    await count("no-op up", { admin: 0, s3: 0 }, undefined, up);
    await count("refresh", { admin: 1, s3: 0 }, undefined, (of) => of.refresh({ expect: 0 }));
    await count("change of one field", { admin: 1, s3: 0 }, 'email: "alice@example.com"', up);
    await count("rotation", { admin: 1, s3: 1 }, 'email: "alice@example.com", rotationId: "2"', up);
    await count(
      "revoke",
      { admin: 1, s3: 1 },
      'email: "alice@example.com", rotationId: "2", gracePeriodSeconds: 0',
      up,
    );
    await count(
      "change of a quota",
      { admin: 1, s3: 0 },
      'email: "alice@example.com", rotationId: "2", gracePeriodSeconds: 0, userQuota: { maxObjects: 9 }',
      up,
    );
    await count("delete", { admin: 1, s3: 0 }, undefined, (of) => of.destroy({ expect: 0 }));
    await count(
      "create with two quotas",
      { admin: 3, s3: 1 },
      "userQuota: { maxObjects: 9 }, bucketQuota: { maxObjects: 9 }",
      up,
    );
    await stack.destroy({ expect: 0 });
    if (gateway.user("alice") !== undefined) throw new Error("the user was left behind");
    return counts;
  } finally {
    await stack.dispose();
    await served.close();
  }
}
