/** Ceph RADOS Gateway, by its Admin Ops API: what it is and can do, as data. */
import type { Send } from "../../http/wire";
import type { UserApi } from "../../lifecycle/user-api";
import type { Backend, BackendDeps, Connection } from "../backend";
import { factsOf } from "../rows";
import { userApi } from "./api";
import { rows, specOf, type UserArgs, userArgs, type Where } from "./args";
import { preflight } from "./preflight";
import { type Settings, settings, sources } from "./settings";

/** How a kind whose keys open S3 connects to a gateway, by its port. */
export function connectedBy<At>(
  open: (settings: Settings, deps: BackendDeps & { readonly send: Send }) => UserApi<At>,
) {
  return (settings: Settings, deps: BackendDeps): Connection<At> => {
    const send = deps.openTransport(settings);
    const { s3Endpoint, s3Endpoints, propagationSeconds } = settings;
    const several = s3Endpoints.length > 1 ? { s3Endpoints } : {};
    return { api: open(settings, { ...deps, send }), s3Endpoint, ...several, propagationSeconds };
  };
}

/** The backend behind rgw.User. */
export const rgw: Backend<UserArgs, Settings, Where> = {
  system: "rgw",
  kind: "rgw",
  resource: "rgw.User",
  args: userArgs,
  ...factsOf(rows),
  capabilities: {
    rotates: "keys",
    deadline: "free",
    disablesKeys: true,
    maxKeys: Number.MAX_SAFE_INTEGER,
    chooseAccessKey: true,
    keyWithUser: true,
    secretsReadable: true,
    propagationSeconds: 0,
  },
  connection: settings,
  sources,
  addresses: ({ endpoint, s3Endpoints }) => [
    { name: "endpoint", url: endpoint, carries: "signatures and new secret keys" },
    ...s3Endpoints.map((url) => ({ name: "s3Endpoint", url, carries: "signatures and objects" })),
  ],
  specOf,
  importedBy: { inputs: ["tenant", "uid"], separator: "$", firstIsOptional: true },
  preflight,
  connect: connectedBy(userApi),
};
