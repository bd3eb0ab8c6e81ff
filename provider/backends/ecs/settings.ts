/** The settings of ecs.Provider: a row each, with where it comes from when it is not given as an argument. */
import * as z from "zod";
import { endpoint, transportSettings } from "../backend";
import { schemasOf } from "../rows";

const name = z.string().min(1, "must not be empty");

/** The settings by name. Without `s3Endpoint` nothing can be proven: management and S3 listen at different ports. */
export const sources = {
  endpoint: { schema: endpoint, environment: "ECS_ENDPOINT" },
  username: { schema: name, environment: "ECS_USERNAME" },
  password: { schema: name, environment: "ECS_PASSWORD", secret: true },
  s3Endpoint: { schema: endpoint.optional(), environment: "ECS_S3_ENDPOINT" },
  region: { schema: z.string().default("us-east-1") },
  ...transportSettings,
} as const;

/** The settings, validated. */
export const settings = z.object(schemasOf(sources));

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;
