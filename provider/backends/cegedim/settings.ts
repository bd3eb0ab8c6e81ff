/** The settings of cegedim.Provider: a row each, with where it comes from when it is not given as an argument. */
import * as z from "zod";
import { endpoint, transportSettings } from "../backend";
import { schemasOf } from "../rows";
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

const name = z.string().min(1, "must not be empty");

/** The settings by name. Without `s3Endpoint` nothing can be proven. */
export const sources = {
  endpoint: { schema: endpoint.default("https://api.cegedim.cloud/itcare"), environment: "ITCARE_ENDPOINT" },
  tokenUrl: {
    schema: endpoint.default("https://accounts.cegedim.cloud/auth/realms/cloud/protocol/openid-connect/token"),
    environment: "ITCARE_TOKEN_URL",
  },
  clientId: { schema: name, environment: "ITCARE_CLIENT_ID" },
  clientSecret: { schema: name, environment: "ITCARE_CLIENT_SECRET", secret: true },
  s3Endpoint: { schema: endpoint.optional(), environment: "ITCARE_S3_ENDPOINT" },
  region: { schema: z.string().default("us-east-1") },
  paths: { schema: paths },
  ...transportSettings,
} as const;

/** The settings, validated. */
export const settings = z.object(schemasOf(sources));

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;
