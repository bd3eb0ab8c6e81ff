/** The settings of infomaniak.Provider and where each comes from when it is not given as an argument. */
import * as z from "zod";
import { versioned } from "../../protocols/keystone/auth";
import { AT_MOST, endpoint, LONGEST_SECONDS, transportSettings } from "../backend";

/** The regions that public sources name, with their Keystone and their S3. */
const REGIONS: Readonly<Record<string, { authUrl: string; s3Endpoint: string }>> = {
  "dc3-a": {
    authUrl: "https://api.pub1.infomaniak.cloud/identity/v3",
    s3Endpoint: "https://s3.pub1.infomaniak.cloud",
  },
  "dc4-a": {
    authUrl: "https://api.pub2.infomaniak.cloud/identity/v3",
    s3Endpoint: "https://s3.pub2.infomaniak.cloud",
  },
};

const count = (what: string) =>
  z.coerce.number(`must be a number of ${what}`).int("must be a whole number").min(1, "must be 1 or more");

/** The settings, validated. Keystone and S3 are the region's unless they are given. */
export const settings = z
  .object({
    token: z.string(),
    endpoint: endpoint.default("https://api.infomaniak.com"),
    region: z.string().default("dc3-a"),
    authUrl: endpoint.optional(),
    s3Endpoint: endpoint.optional(),
    /** Longest wait for one operation of the account API. */
    waitSeconds: count("seconds").max(LONGEST_SECONDS, AT_MOST).default(600),
    requestsPerMinute: count("requests").default(60),
    ...transportSettings,
  })
  .transform((given, context) => {
    const region = REGIONS[given.region];
    const authUrl = given.authUrl ?? region?.authUrl;
    const s3Endpoint = given.s3Endpoint ?? region?.s3Endpoint;
    if (authUrl !== undefined && s3Endpoint !== undefined) return { ...given, authUrl: versioned(authUrl), s3Endpoint };
    const known = Object.keys(REGIONS).join(", ");
    const message = `is not known here (known: ${known}); give authUrl and s3Endpoint beside it`;
    context.addIssue({ code: "custom", path: ["region"], message });
    return z.NEVER;
  });

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;

/** Where the settings come from besides arguments and stack configuration. */
export const sources = {
  token: { environment: "INFOMANIAK_TOKEN" },
  endpoint: {},
  region: {},
  authUrl: {},
  s3Endpoint: {},
  waitSeconds: {},
  requestsPerMinute: {},
  caCertificate: {},
  insecure: {},
  timeoutSeconds: {},
  maxConcurrency: {},
};
