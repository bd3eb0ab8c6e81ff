// The demo's command line.

import { parseArgs } from "node:util";

/** What was asked for. */
export interface Wish {
  readonly help: boolean;
  readonly backend: string;
  readonly real: boolean;
}

/** Reads the words after `npm run demo --`. Throws a sentence about one that means nothing. */
export function readArguments(words: readonly string[], backends: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: "boolean", short: "h", default: false },
      backend: { type: "string", default: "rgw" },
      ceph: { type: "boolean", default: false },
    },
  });
  const { help, backend, ceph } = values;
  if (!backends.includes(backend))
    throw new Error(`There is no backend "${backend}"; there is ${backends.join(", ")}.`);
  if (ceph && backend !== "rgw") throw new Error("--ceph starts a real Ceph, which is for --backend rgw.");
  return { help, backend, real: ceph };
}

/** What `--help` prints. */
export function usage(backends: readonly string[]): string {
  return `npm run demo -- [--ceph] [--backend ${backends.join("|")}]

Shows the whole life of an object-storage user and its keys with the real Pulumi CLI, on a throw-away stack: preview, up,
an S3 client at work, a rotation without a refused request, the end of the grace, drift and its repair, destroy.
Without --ceph it plays on the embedded gateway; with it a real Ceph is started, and unpacked first where it is missing
(OBJECT_USERS_NO_INSTALL=1 forbids that; OBJECT_USERS_CEPH=16, 18 or 20 chooses the release). For the other backends, servers of reference in this process stand in. Your own Pulumi login, stacks and AWS profiles are not touched.`;
}
