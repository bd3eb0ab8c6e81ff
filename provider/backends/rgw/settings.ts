/** The settings of rgw.Provider: a row each, with where it comes from when it is not given as an argument. */
import * as z from "zod";
import { endpoint, transportSettings } from "../backend";
import { schemasOf } from "../rows";

/** The settings by name. */
export const sources = {
  endpoint: { schema: endpoint, environment: "RADOSGW_ENDPOINT" },
  accessKey: { schema: z.string(), environment: "RADOSGW_ACCESS_KEY" },
  secretKey: { schema: z.string(), environment: "RADOSGW_SECRET_KEY", secret: true },
  s3Endpoint: { schema: endpoint.optional() },
  region: { schema: z.string().default("us-east-1") },
  ...transportSettings,
} as const;

/** The settings, validated. `s3Endpoint` is the endpoint unless it is given. */
export const settings = z
  .object(schemasOf(sources))
  .transform((given) => ({ ...given, s3Endpoint: given.s3Endpoint ?? given.endpoint }));

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;
