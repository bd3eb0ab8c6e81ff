/** Infomaniak Public Cloud, by its account API and the region's Keystone: what it is and can do, as data. */
import type { Backend } from "../backend";
import { factsOf } from "../rows";
import { userApi } from "./api";
import { importedAs, type Place, rows, specOf, type UserArgs, userArgs } from "./args";
import { preflight } from "./preflight";
import { type Settings, settings, sources } from "./settings";

/** The backend behind infomaniak.User. */
export const infomaniak: Backend<UserArgs, Settings, Place> = {
  system: "infomaniak",
  kind: "infomaniak",
  resource: "infomaniak.User",
  args: userArgs,
  ...factsOf(rows),
  capabilities: {
    rotates: "keys",
    deadline: "free",
    maxKeys: Number.MAX_SAFE_INTEGER,
    chooseAccessKey: true,
    keyWithUser: false,
    secretsReadable: true,
    uniqueUserIds: true,
    deletesForGood: true,
    propagationSeconds: 5,
    // Whether Infomaniak's S3 keeps keys in a cache is not known; other OpenStack gateways do, for five minutes.
    revocationSeconds: 330,
  },
  connection: settings,
  sources,
  addresses: ({ endpoint, authUrl, s3Endpoint }) => [
    { name: "endpoint", url: endpoint, carries: "the API token and passwords" },
    { name: "authUrl", url: authUrl, carries: "passwords and secret keys" },
    { name: "s3Endpoint", url: s3Endpoint, carries: "signatures and objects" },
  ],
  specOf,
  importedBy: { inputs: ["publicCloudId", "projectId", "description"], separator: "/", as: importedAs },
  preflight,
  connect(settings, deps) {
    const send = deps.openTransport(settings);
    return { api: userApi(settings, { ...deps, send }), s3Endpoint: settings.s3Endpoint };
  },
};
