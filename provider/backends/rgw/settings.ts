/** The settings of rgw.Provider: a row each, with where it comes from when it is not given as an argument. */
import * as z from "zod";
import { AT_MOST, endpoint, LONGEST_SECONDS, transportSettings } from "../backend";
import { schemasOf } from "../rows";

/** How long several zones may take to hear of a change of keys, in seconds, unless the connection says it. */
const ZONES_SECONDS = 60;

/** Addresses as a list, as the JSON text of one, or as a text with commas between, as stack configuration has only text. */
const endpoints = z
  .preprocess(listed, z.array(endpoint, "must be a list of addresses").min(1, "must name an address"))
  .transform((all) => [...new Set(all)]);

/** The settings by name. */
export const sources = {
  endpoint: { schema: endpoint, environment: "RADOSGW_ENDPOINT" },
  accessKey: { schema: z.string(), environment: "RADOSGW_ACCESS_KEY" },
  secretKey: { schema: z.string(), environment: "RADOSGW_SECRET_KEY", secret: true },
  s3Endpoint: { schema: endpoint.optional(), group: "s3" },
  s3Endpoints: { schema: endpoints.optional(), group: "s3" },
  propagationSeconds: {
    schema: z.coerce
      .number("must be a number of seconds")
      .min(0, "must be 0 or more seconds")
      .max(LONGEST_SECONDS, AT_MOST)
      .optional(),
  },
  region: { schema: z.string().default("us-east-1") },
  ...transportSettings,
} as const;

/** The settings, validated. `s3Endpoints` are all addresses of S3, the endpoint unless they are given, and `s3Endpoint` the first. */
export const settings = z.object(schemasOf(sources)).transform((given, context) => {
  const { endpoint, s3Endpoint, s3Endpoints = [s3Endpoint ?? endpoint], propagationSeconds } = given;
  if (s3Endpoint !== undefined && given.s3Endpoints !== undefined) {
    const message = "cannot be given beside s3Endpoints: name all addresses in s3Endpoints, the users' own first";
    context.addIssue({ code: "custom", path: ["s3Endpoint"], message });
    return z.NEVER;
  }
  return {
    ...given,
    s3Endpoint: s3Endpoints[0] as string,
    s3Endpoints,
    propagationSeconds: propagationSeconds ?? (s3Endpoints.length > 1 ? ZONES_SECONDS : 0),
  };
});

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;

function listed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (!value.trimStart().startsWith("[")) return value.split(",").map((text) => text.trim());
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
