/** Subusers of a Ceph RADOS Gateway, with S3 keys or a Swift key: what they are and can do, as data. */
import type { Backend } from "../../backend";
import { factsOf } from "../../rows";
import { connectedBy, rgw } from "..";
import type { Settings } from "../settings";
import { subuserApi } from "./api";
import { rows, type SubuserArgs, specOf, subuserArgs, type Where } from "./args";

/** The backend behind rgw.Subuser. */
export const subuser: Backend<SubuserArgs, Settings, Where> = {
  ...rgw,
  kind: "rgw.subuser",
  resource: "rgw.Subuser",
  args: subuserArgs,
  ...factsOf(rows),
  argNames: Object.keys(subuserArgs.shape),
  // A Swift key is one secret, which the next one replaces; its access key is the subuser's id.
  otherwise: ({ keyType }) =>
    keyType === "swift"
      ? {
          rotates: "secrets",
          deadline: "fixed",
          disablesKeys: false,
          maxKeys: 1,
          chooseAccessKey: false,
          keyWithUser: false,
        }
      : {},
  addresses: ({ endpoint, s3Endpoints }) => [
    { name: "endpoint", url: endpoint, carries: "signatures and new secret keys" },
    ...s3Endpoints.map((url) => ({ name: "s3Endpoint", url, carries: "signatures, objects and Swift secrets" })),
  ],
  specOf,
  importedBy: { inputs: ["user", "name", "keyType"], separator: ":", lastIsOptional: true },
  seenIn: ({ userId, fields }) =>
    (fields.subusers as { id: string }[]).map(({ id }) => ({
      user: userId,
      name: id.slice(userId.length + 1),
      keyType: "s3",
    })),
  connect: connectedBy(subuserApi),
};
