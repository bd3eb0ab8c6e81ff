/** The settings of rgw.Provider and where each comes from when it is not given as an argument. */
import * as z from "zod";
import { endpoint, transportSettings } from "../backend";

/** The settings, validated. `s3Endpoint` is the endpoint unless it is given. */
export const settings = z
  .object({
    endpoint,
    accessKey: z.string(),
    secretKey: z.string(),
    s3Endpoint: endpoint.optional(),
    region: z.string().default("us-east-1"),
    ...transportSettings,
  })
  .transform((given) => ({ ...given, s3Endpoint: given.s3Endpoint ?? given.endpoint }));

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;

/** Where the settings come from besides arguments and stack configuration. */
export const sources = {
  endpoint: { environment: "RADOSGW_ENDPOINT" },
  accessKey: { environment: "RADOSGW_ACCESS_KEY" },
  secretKey: { environment: "RADOSGW_SECRET_KEY" },
  s3Endpoint: {},
  region: {},
  caCertificate: {},
  insecure: {},
  timeoutSeconds: {},
  maxConcurrency: {},
};
