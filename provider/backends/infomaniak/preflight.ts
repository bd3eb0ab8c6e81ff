/** The preflight of Infomaniak: the token, the region's Keystone and its S3. Rights on a project show with the project itself. */
import { isObjectUserError } from "../../errors";
import type { BackendDeps, Finding, Preflight } from "../backend";
import { failedBy } from "../preflight-steps";
import { checkS3 } from "../s3-check";
import { requestsTo } from "./requests";
import type { Settings } from "./settings";

const NOWHERE = { publicCloudId: 0, projectId: 0, description: "" };

/** Opens the preflight of an account. */
export function preflight(settings: Settings, deps: BackendDeps): Preflight {
  const { caCertificate, insecure } = settings;
  return { caCertificate, insecure, check: () => checks(settings, deps) };
}

async function* checks(settings: Settings, deps: BackendDeps): AsyncIterable<Finding> {
  const send = deps.openTransport(settings);
  const asked = await requestsTo(settings, { ...deps, send })
    .listUsers(NOWHERE)
    .catch((error: Error) => error);
  if (asked instanceof Error && !isObjectUserError(asked, "not-found", "forbidden")) {
    if (!isObjectUserError(asked)) throw asked;
    return yield failedBy("credentials", asked);
  }
  yield { what: "credentials", verdict: "ok", says: "the API takes the token; rights show with a project" };
  yield await checkS3({ ...settings, region: "us-east-1" }, undefined, { ...deps, send });
}
