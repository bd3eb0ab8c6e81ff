/** Ceph RADOS Gateway, by its Admin Ops API: what it is and can do, as data. */
import { isIPv4 } from "node:net";
import type { Backend } from "../backend";
import { userApi } from "./api";
import { ALL_OPERATIONS, argNames, NO_QUOTA, settings as settingNames, specOf, type UserArgs, userArgs } from "./args";
import { type Settings, settings, sources } from "./settings";

/** The backend behind rgw.User. */
export const rgw: Backend<UserArgs, Settings> = {
  kind: "rgw",
  resource: "rgw.User",
  args: userArgs,
  argNames,
  settings: settingNames,
  required: ["displayName"],
  replaceOn: ["uid", "tenant"],
  unique: ["email", "accessKey"],
  unclearable: ["defaultPlacement", "defaultStorageClass", "placementTags"],
  defaults: {
    email: "",
    suspended: false,
    maxBuckets: 1000,
    caps: [],
    opMask: ALL_OPERATIONS,
    userQuota: NO_QUOTA,
    bucketQuota: NO_QUOTA,
  },
  capabilities: {
    overlap: "client",
    endsEarly: true,
    maxKeys: Number.MAX_SAFE_INTEGER,
    oneAccessKey: false,
    chooseAccessKey: true,
    keyWithUser: true,
    secretsReadable: true,
    propagationSeconds: 0,
  },
  connection: settings,
  sources,
  specOf,
  connect(settings, deps) {
    const send = deps.openTransport(settings);
    warnOfPlainHttp([settings.endpoint, settings.s3Endpoint], deps.log);
    return { api: userApi(settings, { ...deps, send }), s3Endpoint: settings.s3Endpoint };
  },
};

function warnOfPlainHttp(endpoints: readonly string[], log: (line: string) => void): void {
  for (const endpoint of new Set(endpoints)) {
    const { protocol, hostname } = new URL(endpoint);
    const isLoopback =
      hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
    if (protocol === "http:" && !isLoopback) {
      log(
        `warning: ${endpoint} is not encrypted: signatures and new secret keys cross the network in clear; use https`,
      );
    }
  }
}
