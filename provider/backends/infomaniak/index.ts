/** Infomaniak Public Cloud, by its account API and the region's Keystone: what it is and can do, as data. */

import { warnOfPlainHttp } from "../../http/plain-http";
import { addressOf, type Backend } from "../backend";
import { userApi } from "./api";
import { argNames, settings as settingNames, specOf, type UserArgs, userArgs } from "./args";
import { preflight } from "./preflight";
import { type Settings, settings, sources } from "./settings";

/** The backend behind infomaniak.User. */
export const infomaniak: Backend<UserArgs, Settings> = {
  kind: "infomaniak",
  resource: "infomaniak.User",
  args: userArgs,
  argNames,
  settings: settingNames,
  required: ["description"],
  replaceOn: ["publicCloudId", "projectId"],
  unique: [],
  unclearable: {},
  defaults: {},
  capabilities: {
    overlap: "client",
    endsEarly: true,
    maxKeys: Number.MAX_SAFE_INTEGER,
    oneAccessKey: false,
    chooseAccessKey: true,
    keyWithUser: false,
    secretsReadable: true,
    uniqueUserIds: true,
    propagationSeconds: 5,
    // Whether Infomaniak's S3 keeps keys in a cache is not known; other OpenStack gateways do, for five minutes.
    revocationSeconds: 330,
  },
  connection: settings,
  sources,
  listedBy: ["publicCloudId", "projectId"],
  specOf,
  preflight,
  connect(settings, deps) {
    const send = deps.openTransport(settings);
    warnOfPlainHttp([settings.endpoint, settings.authUrl], "passwords and secret keys cross", deps.log);
    return {
      api: userApi(settings, { ...deps, send }),
      address: addressOf(settings.endpoint),
      s3Endpoint: settings.s3Endpoint,
    };
  },
};
