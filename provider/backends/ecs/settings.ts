/** The settings of ecs.Provider and where each comes from when it is not given as an argument. */
import * as z from "zod";
import { endpoint, transportSettings } from "../backend";

/** The settings, validated. Without `s3Endpoint` nothing can be proven: management and S3 listen at different ports. */
export const settings = z.object({
  endpoint,
  username: z.string().min(1, "must not be empty"),
  password: z.string().min(1, "must not be empty"),
  s3Endpoint: endpoint.optional(),
  region: z.string().default("us-east-1"),
  ...transportSettings,
});

/** The settings of a connection in normal form. */
export type Settings = z.infer<typeof settings>;

/** Where the settings come from besides arguments and stack configuration. */
export const sources = {
  endpoint: { environment: "ECS_ENDPOINT" },
  username: { environment: "ECS_USERNAME" },
  password: { environment: "ECS_PASSWORD" },
  s3Endpoint: { environment: "ECS_S3_ENDPOINT" },
  region: {},
  caCertificate: {},
  insecure: {},
  timeoutSeconds: {},
  maxConcurrency: {},
};
