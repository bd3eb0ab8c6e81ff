/**
 * Several zones of one realm on one cluster's storage, as a multisite has them: metadata is changed in the first one, the
 * master, and every other zone follows.
 *
 * Only the realm is made here. Each zone's gateway is started by cluster.ts.
 */
import { writeFileSync } from "node:fs";

/** A zone and the address of its gateway. */
export interface Zone {
  readonly name: string;
  readonly endpoint: string;
}

const REALM = "realm";
const ZONEGROUP = "zonegroup";

/** The lines of ceph.conf that put a gateway into a zone. One that was killed holds its lease for so many seconds. */
export function zoneConf(zone: string): string[] {
  return [`rgw_realm = ${REALM}`, `rgw_zonegroup = ${ZONEGROUP}`, `rgw_zone = ${zone}`, "rgw_sync_lease_period = 5"];
}

/** Where a command of radosgw-admin acts. */
function at(zone: string): string[] {
  return [`--rgw-realm=${REALM}`, `--rgw-zonegroup=${ZONEGROUP}`, `--rgw-zone=${zone}`];
}

/**
 * Makes a realm with these zones; the first one is the metadata master. The zones' own user, by which they follow each
 * other, gets its key from the server, and reaches a zone in a file: no secret is an argument of a process.
 */
export async function makeZones(
  zones: readonly [Zone, ...Zone[]],
  radosgwAdmin: (...args: readonly string[]) => Promise<unknown>,
  directory: string,
): Promise<void> {
  const [master, ...others] = zones;
  const endpoints = `--endpoints=${master.endpoint}`;
  await radosgwAdmin("realm", "create", `--rgw-realm=${REALM}`, "--default");
  await radosgwAdmin("zonegroup", "create", `--rgw-zonegroup=${ZONEGROUP}`, endpoints, "--master", "--default");
  await makeZone(master, "--master", "--default");
  const made = await radosgwAdmin(
    "user",
    "create",
    "--uid=zones",
    "--display-name=zones",
    "--system",
    ...at(master.name),
  );
  const [key] = (made as { keys: { access_key: string; secret_key: string }[] }).keys;
  await giveKey(master.name);
  await radosgwAdmin("period", "update", "--commit", ...at(master.name));
  for (const zone of others) {
    await makeZone(zone);
    await giveKey(zone.name);
  }
  await radosgwAdmin("period", "update", "--commit", ...at(master.name));

  async function makeZone({ name, endpoint }: Zone, ...flags: string[]): Promise<void> {
    await radosgwAdmin("zone", "create", ...at(name), `--endpoints=${endpoint}`, ...flags);
  }

  async function giveKey(zone: string): Promise<void> {
    const settings = (await radosgwAdmin("zone", "get", ...at(zone))) as object;
    const file = `${directory}/${zone}.zone.json`;
    writeFileSync(file, JSON.stringify({ ...settings, system_key: key }), { mode: 0o600 });
    await radosgwAdmin("zone", "set", ...at(zone), `--infile=${file}`);
  }
}
