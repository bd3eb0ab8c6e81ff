#!/usr/bin/env node
/**
 * The embedded gateway as a command, for experiments: `node dist/devserver/main.js [--port N] [--release N]`.
 *
 * The administrator's secret, new with every start, goes into a file that only the present user can read, and not to
 * the terminal, where it would stay in logs and scroll-back.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Gateway } from "./rgw/gateway";
import { RELEASES } from "./rgw/release";
import { serve } from "./rgw/serve";

const NEWEST = String(Math.max(...RELEASES));
const usage = `Usage: node dist/devserver/main.js [--port N] [--release ${RELEASES.join("|")}]

Starts a Ceph RADOS Gateway for experiments: the user part of the admin API and plain S3, on 127.0.0.1 only.
All data is in memory and gone when it stops. --port 0, the default, takes a free port.
--release is the release of Ceph that it speaks as; the default is ${NEWEST}.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      release: { type: "string", default: NEWEST },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is no port.`);
  const release = RELEASES.find((each) => String(each) === values.release);
  if (release === undefined) throw new Error(`--release ${values.release}? There are ${RELEASES.join(", ")}.`);

  const gateway = new Gateway({ release });
  const served = await serve(gateway, { port });
  const directory = mkdtempSync(join(tmpdir(), "object-users-gateway-"));
  const file = join(directory, "env");
  const { accessKey, secretKey } = gateway.admin;
  const lines = [
    `export RADOSGW_ENDPOINT=${served.url}`,
    `export RADOSGW_ACCESS_KEY=${accessKey}`,
    `export RADOSGW_SECRET_KEY=${secretKey}`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });

  console.log(`The gateway speaks as Ceph ${release} and listens on ${served.url} (loopback only, data in memory).

In another terminal:

    . ${file}
    pulumi up

The file holds the keys of its administrator, and goes when the gateway stops: press Ctrl-C.`);

  // Also when the process ends in a way of its own.
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void served.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
