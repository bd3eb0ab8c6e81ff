/** cegedim.cloud object users, by the ITCare API: what it is and can do, as data. */
import type { Backend } from "../backend";
import { keyIdOf } from "../fingerprint";
import { factsOf } from "../rows";
import { userApi } from "./api";
import { rows, specOf, type UserArgs, userArgs, type Where } from "./args";
import { preflight } from "./preflight";
import { type Settings, settings, sources } from "./settings";

/** The backend behind cegedim.ObjectUser. */
export const cegedim: Backend<UserArgs, Settings, Where> = {
  system: "cegedim",
  kind: "cegedim",
  resource: "cegedim.ObjectUser",
  args: userArgs,
  ...factsOf(rows),
  capabilities: {
    rotates: "secrets",
    deadline: "fixed",
    maxKeys: 2,
    chooseAccessKey: false,
    keyWithUser: true,
    secretsReadable: false,
    deletesForGood: true,
    // "The change can take few minutes to propagate", says the user guide.
    propagationSeconds: 600,
  },
  connection: settings,
  sources,
  addresses: ({ endpoint, tokenUrl, s3Endpoint }) => [
    { name: "endpoint", url: endpoint, carries: "access tokens and secret keys" },
    { name: "tokenUrl", url: tokenUrl, carries: "the client's secret and access tokens" },
    { name: "s3Endpoint", url: s3Endpoint, carries: "signatures and objects" },
  ],
  specOf,
  importedBy: { inputs: ["objectStore", "label"], separator: "/" },
  keyIdOf,
  preflight,
  connect(settings, deps) {
    const { s3Endpoint } = settings;
    const send = deps.openTransport(settings);
    return {
      api: userApi(settings, { ...deps, send }),
      ...(s3Endpoint === undefined ? {} : { s3Endpoint }),
    };
  },
};
