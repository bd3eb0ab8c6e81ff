/** Accounts of a Ceph RADOS Gateway, from Ceph 19 on: what they are and can do, as data. */
import type { Backend } from "../../backend";
import { factsOf } from "../../rows";
import { rgw } from "..";
import type { Settings } from "../settings";
import { accountApi } from "./api";
import { type AccountArgs, accountArgs, importedAs, rows, specOf, type Where } from "./args";

/** The backend behind rgw.Account. */
export const account: Backend<AccountArgs, Settings, Where> = {
  ...rgw,
  kind: "rgw.account",
  resource: "rgw.Account",
  isKeyless: true,
  args: accountArgs,
  ...factsOf(rows),
  argNames: Object.keys(accountArgs.shape),
  capabilities: { ...rgw.capabilities, disablesKeys: false, keyWithUser: false },
  specOf,
  importedBy: { inputs: ["tenant", "name"], separator: "$", firstIsOptional: true, as: importedAs },
  connect(settings, deps) {
    const send = deps.openTransport(settings);
    return { api: accountApi(settings, { ...deps, send }) };
  },
};
