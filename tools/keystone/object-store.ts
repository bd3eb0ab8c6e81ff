/**
 * A complete OpenStack object store on loopback: a real Keystone, and a real RADOS gateway that takes its S3
 * credentials from it.
 */
import { type RealCeph, startCeph } from "../ceph/cluster";
import { type RealKeystone, startKeystone } from "./keystone";

/** The running pair. */
export interface ObjectStore {
  readonly keystone: RealKeystone;
  readonly ceph: RealCeph;
  /** Where the keys of Keystone's users open S3. */
  readonly s3Endpoint: string;
  /** Ends both and removes all files. May be called twice. */
  stop(): Promise<void>;
}

/** Starts both. Nothing is left running when one of them does not come up. */
export async function startObjectStore(): Promise<ObjectStore> {
  const keystone = await startKeystone();
  try {
    const ceph = await startCeph({ conf: keystoneLines(keystone) });
    return {
      keystone,
      ceph,
      s3Endpoint: ceph.endpoint,
      stop: async () => {
        await ceph.stop();
        await keystone.stop();
      },
    };
  } catch (error) {
    await keystone.stop();
    throw error;
  }
}

/** What makes a gateway ask Keystone. The domain goes by its name; its id is answered with 401. */
function keystoneLines({ endpoint, admin }: RealKeystone): string[] {
  return [
    "rgw_s3_auth_use_keystone = true",
    `rgw_keystone_url = ${endpoint}`,
    "rgw_keystone_api_version = 3",
    `rgw_keystone_admin_user = ${admin.username}`,
    `rgw_keystone_admin_password = ${admin.password}`,
    `rgw_keystone_admin_project = ${admin.project}`,
    `rgw_keystone_admin_domain = ${admin.domain}`,
    "rgw_keystone_accepted_roles = member,admin",
    "rgw_keystone_implicit_tenants = true",
    "rgw_keystone_token_cache_size = 0",
  ];
}
