/** OpenStack Keystone, by its identity API v3: what it is and can do, as data. */
import type { Backend } from "../backend";
import { factsOf } from "../rows";
import { userApi } from "./api";
import { rows, specOf, type UserArgs, userArgs, type Where } from "./args";
import { caCertificateOf } from "./ca-certificate";
import { inputsOf } from "./listing";
import { preflight } from "./preflight";
import { accessOf, file, type Settings, settings, sources } from "./settings";

/** The backend behind openstack.User. */
export const openstack: Backend<UserArgs, Settings, Where> = {
  system: "openstack",
  kind: "openstack",
  resource: "openstack.User",
  args: userArgs,
  ...factsOf(rows),
  capabilities: {
    rotates: "keys",
    deadline: "free",
    maxKeys: Number.MAX_SAFE_INTEGER,
    chooseAccessKey: true,
    keyWithUser: false,
    secretsReadable: true,
    keysBelongTo: ["project", "projectId"],
    provesWithoutS3: true,
    uniqueUserIds: true,
    // S3 asks Keystone about a key that it does not know, so a new one works at once; one that it knows it may keep in
    // its cache: a Ceph gateway with default settings for five minutes.
    propagationSeconds: 5,
    revocationSeconds: 330,
  },
  connection: settings,
  sources,
  file,
  addresses(given) {
    const { authUrl, s3Endpoint } = accessOf(given);
    return [
      { name: "authUrl", url: authUrl, carries: "passwords and secret keys" },
      { name: "s3Endpoint", url: s3Endpoint, carries: "signatures and objects" },
    ];
  },
  specOf,
  importedBy: { inputs: ["domain", "name"], separator: "/" },
  inputsOf,
  preflight,
  connect(given, deps) {
    const access = accessOf(given);
    const send = deps.openTransport({ ...access, caCertificate: caCertificateOf(access) });
    const { s3Endpoint } = access;
    return {
      api: userApi(access, { ...deps, send }),
      ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    };
  },
};
