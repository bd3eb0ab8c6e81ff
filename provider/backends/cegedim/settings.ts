/** The settings of cegedim.Provider and where each comes from when it is not given as an argument. */
import * as z from "zod";
import { endpoint, transportSettings } from "../backend";
import { assumedPaths } from "./assumed";

const path = (...names: string[]) =>
  z
    .string()
    .startsWith("/", "must begin with a slash")
    .refine(
      (text) => names.every((name) => text.includes(`{${name}}`)),
      `must contain ${names.map((name) => `{${name}}`).join(" and ")}`,
    );

/** Overrides of what is assumed. Stack configuration and providers carry it as JSON text. */
const paths = z.preprocess(
  (given, context) => {
    if (typeof given !== "string") return given ?? {};
    try {
      return JSON.parse(given);
    } catch {
      context.addIssue({ code: "custom", message: "must be an object, or one as JSON text" });
      return z.NEVER;
    }
  },
  z.strictObject({
    objectUsers: path("objectStore").default(assumedPaths.objectUsers),
    objectUser: path("objectStore", "userId").default(assumedPaths.objectUser),
  }),
);

/** The settings, validated. Without `s3Endpoint` nothing can be proven. */
export const settings = z.object({
  endpoint: endpoint.default("https://api.cegedim.cloud/itcare"),
  tokenUrl: endpoint.default("https://accounts.cegedim.cloud/auth/realms/cloud/protocol/openid-connect/token"),
  clientId: z.string().min(1, "must not be empty"),
  clientSecret: z.string().min(1, "must not be empty"),
  s3Endpoint: endpoint.optional(),
  region: z.string().default("us-east-1"),
  paths,
  ...transportSettings,
});

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;

/** Where the settings come from besides arguments and stack configuration. */
export const sources = {
  endpoint: { environment: "ITCARE_ENDPOINT" },
  tokenUrl: { environment: "ITCARE_TOKEN_URL" },
  clientId: { environment: "ITCARE_CLIENT_ID" },
  clientSecret: { environment: "ITCARE_CLIENT_SECRET" },
  s3Endpoint: { environment: "ITCARE_S3_ENDPOINT" },
  region: {},
  paths: {},
  caCertificate: {},
  insecure: {},
  timeoutSeconds: {},
  maxConcurrency: {},
};
