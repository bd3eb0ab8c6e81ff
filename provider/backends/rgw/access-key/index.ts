/** Keys of users of a Ceph RADOS Gateway that are somebody else's: what they are and can do, as data. */

import type { Listed, UserApi } from "../../../lifecycle/user-api";
import type { Backend } from "../../backend";
import { onlyKeys } from "../../only-keys";
import { factsOf } from "../../rows";
import { rgw } from "..";
import type { Where } from "../args";
import type { Settings } from "../settings";
import { type AccessKeyArgs, accessKeyArgs, argNames, rows, specOf } from "./args";

/** The backend behind rgw.AccessKey. */
export const accessKey: Backend<AccessKeyArgs, Settings, Where> = {
  ...rgw,
  kind: "rgw.accessKey",
  resource: "rgw.AccessKey",
  args: accessKeyArgs,
  ...factsOf(rows),
  argNames,
  capabilities: { ...rgw.capabilities, keysOnly: true, keyWithUser: false },
  specOf,
  importedBy: { inputs: ["userId", "accessKey"], separator: ":" },
  connect(settings, deps) {
    const { api, ...rest } = rgw.connect(settings, deps);
    return { ...rest, api: { ...onlyKeys(api), list: () => keysOf(api) } };
  },
};

/** The keys of all users but the admin, a request for each user. */
async function* keysOf(api: UserApi<Where>): AsyncIterable<Listed> {
  for await (const { label: userId } of api.list?.({}) ?? []) {
    const live = await api.find({ name: userId, where: { uid: userId } });
    for (const { accessKey } of live?.keys ?? [])
      yield { label: `${userId}:${accessKey}`, inputs: { userId, accessKey } };
  }
}
