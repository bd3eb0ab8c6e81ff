/** Dell ECS and ObjectScale object users, by the management API: what it is and can do, as data. */
import type { Backend } from "../backend";
import { keyIdOf } from "../fingerprint";
import { factsOf } from "../rows";
import { userApi } from "./api";
import { rows, specOf, type UserArgs, userArgs, type Where } from "./args";
import { preflight } from "./preflight";
import { MOST_SECRETS } from "./secrets";
import { type Settings, settings, sources } from "./settings";

/** The backend behind ecs.ObjectUser. */
export const ecs: Backend<UserArgs, Settings, Where> = {
  system: "ecs",
  kind: "ecs",
  resource: "ecs.ObjectUser",
  args: userArgs,
  ...factsOf(rows),
  capabilities: {
    rotates: "secrets",
    graceUnitSeconds: 60,
    deadline: "earlier",
    maxKeys: MOST_SECRETS,
    chooseAccessKey: false,
    chooseSecret: true,
    keyWithUser: false,
    secretsReadable: true,
    // Its nodes keep secrets, old and new, for up to two minutes.
    propagationSeconds: 150,
  },
  connection: settings,
  sources,
  addresses: ({ endpoint, s3Endpoint }) => [
    { name: "endpoint", url: endpoint, carries: "the management password and secret keys" },
    { name: "s3Endpoint", url: s3Endpoint, carries: "signatures and objects" },
  ],
  specOf,
  importedBy: { inputs: ["namespace", "userId"], separator: "/" },
  keyIdOf,
  preflight,
  connect(settings, deps) {
    const { s3Endpoint } = settings;
    const send = deps.openTransport(settings);
    return { api: userApi(settings, { ...deps, send }), ...(s3Endpoint === undefined ? {} : { s3Endpoint }) };
  },
};
