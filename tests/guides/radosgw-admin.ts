// Gives a reader the command radosgw-admin, which works on the reader's cluster with a key that no guide knows and none can
// revoke, as the real one works with the cluster's own.

import path from "node:path";
import type { Reader } from "./reader";

/** Puts radosgw-admin on the reader's PATH. */
export function radosgwAdmin(reader: Reader): void {
  const { cluster } = reader;
  const body = cluster.admin("PUT user?uid=operator&display-name=Operator&user-caps=users=*");
  const [key] = (JSON.parse(body) as { keys: { access_key: string; secret_key: string }[] }).keys;
  const script = [
    `export GATEWAY_URL=${cluster.served.url}`,
    `export GATEWAY_ACCESS_KEY=${key?.access_key}`,
    `export GATEWAY_SECRET_KEY=${key?.secret_key}`,
    `exec "${process.execPath}" "${path.join(__dirname, "radosgw-admin.mjs")}" "$@"`,
  ];
  reader.command("radosgw-admin", script.join("\n"), "bin");
}
