/** OpenStack's part in the contract, on a real Keystone with a real S3 gateway. */

import { openstack } from "../../provider/backends/openstack";
import { nodeSend } from "../../provider/http/send";
import { projectId, type Store } from "../openstack/store";
import { type Adapter, SINGLE_UNLESS_LONG } from "./adapter";

/** On the store that a suite has opened by the time its tests run. */
export function keystone(store: () => Store): Adapter {
  return {
    backend: openstack as Adapter["backend"],
    on: "a real Keystone",
    isReal: true,
    shapes: SINGLE_UNLESS_LONG,
    user: (name) => ({ name, project: "media" }),
    setting: { name: "description", first: "Ann", next: "Ann B.", others: "Mallory" },
    lock: { enabled: false },
    refused: { "openstack:password": "wrong-Passw0rd" },
    async open() {
      const { keystone, s3Endpoint, s3, ask, user, keysOf } = store();
      const { authUrl, admin } = keystone;
      const idOf = async (name: string) => (await user(name)).id as string;
      return {
        openTransport: nodeSend,
        config: {
          "openstack:authUrl": authUrl,
          "openstack:username": admin.username,
          "openstack:password": admin.password,
          "openstack:projectName": admin.project,
          "openstack:userDomainName": admin.domain,
          "openstack:projectDomainName": admin.domain,
          "openstack:s3Endpoint": s3Endpoint,
        },
        secrets: [admin.password],
        count: async (name) => ((await user(name)) ? 1 : 0),
        keys: async (name) => (await keysOf(await idOf(name))).length,
        look: async (name) => (await user(name)).description ?? "",
        s3: (key) => s3(key),
        make: async (name) => {
          await ask("POST", "/users", { user: { name, domain_id: "default", password: "Somebody-e1se" } });
          return undefined;
        },
        change: async (name) => ask("PATCH", `/users/${await idOf(name)}`, { user: { description: "Mallory" } }),
        remove: async (name) => ask("DELETE", `/users/${await idOf(name)}`),
        addKey: async (name) => {
          const tenant = { tenant_id: await projectId(store(), "media") };
          const { body } = await ask("POST", `/users/${await idOf(name)}/credentials/OS-EC2`, tenant);
          return { accessKey: body.credential.access, secretKey: body.credential.secret };
        },
        endKey: async (name, { accessKey }) =>
          ask("DELETE", `/users/${await idOf(name)}/credentials/OS-EC2/${accessKey}`),
      };
    },
  };
}
