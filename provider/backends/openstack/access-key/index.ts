/** S3 keys of OpenStack users that nobody manages here: what they are and can do, as data. */
import type { Backend } from "../../backend";
import { factsOf } from "../../rows";
import { openstack } from "..";
import { caCertificateOf } from "../ca-certificate";
import { accessOf, type Settings } from "../settings";
import { keyApi } from "./api";
import { type AccessKeyArgs, accessKeyArgs, argNames, rows, specOf, type Where } from "./args";
import { preflight } from "./preflight";

// That a user of the same id is there says nothing of keys: clouds that take users from one directory have them alike.
const { keysBelongTo: _k, provesWithoutS3: _p, uniqueUserIds: _u, ...capabilities } = openstack.capabilities;

/** The backend behind openstack.AccessKey. */
export const accessKey: Backend<AccessKeyArgs, Settings, Where> = {
  ...openstack,
  kind: "openstack.accessKey",
  resource: "openstack.AccessKey",
  args: accessKeyArgs,
  ...factsOf(rows),
  argNames,
  capabilities: { ...capabilities, keysOnly: true },
  specOf,
  importedBy: { inputs: ["userId", "accessKey"], separator: ":", firstIsOptional: true },
  inputsOf: () => ({}),
  preflight,
  connect(given, deps) {
    const access = accessOf(given);
    const send = deps.openTransport({ ...access, caCertificate: caCertificateOf(access) });
    const { s3Endpoint } = access;
    return { api: keyApi(access, { ...deps, send }), ...(s3Endpoint === undefined ? {} : { s3Endpoint }) };
  },
};
