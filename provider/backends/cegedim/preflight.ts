/** The preflight of cegedim.cloud: the token, and whether the assumed path of object users answers. */
import { isObjectUserError } from "../../errors";
import type { BackendDeps, Finding, Preflight } from "../backend";
import { failedBy } from "../preflight-steps";
import { checkS3 } from "../s3-check";
import { requestsTo } from "./requests";
import type { Settings } from "./settings";

const NOWHERE = "cos-object-users-check";

/** Opens the preflight of an account. */
export function preflight(settings: Settings, deps: BackendDeps): Preflight {
  const { endpoint, tokenUrl, s3Endpoint, caCertificate, insecure } = settings;
  return {
    addresses: { endpoint, tokenUrl, ...(s3Endpoint === undefined ? {} : { s3Endpoint }) },
    caCertificate,
    insecure,
    check: () => checks(settings, deps),
  };
}

async function* checks(settings: Settings, deps: BackendDeps): AsyncIterable<Finding> {
  const send = deps.openTransport(settings);
  const { s3Endpoint } = settings;
  const asked = await requestsTo(settings, { ...deps, send })
    .listUsers(NOWHERE)
    .catch((error: Error) => error);
  if (asked instanceof Error) {
    if (!isObjectUserError(asked)) throw asked;
    if (asked.operation === "getting a token") return yield failedBy("credentials", asked);
  }
  yield { what: "credentials", verdict: "ok", says: "the login service gives a token" };
  const isRefused = asked instanceof Error && !isObjectUserError(asked, "not-found", "forbidden");
  yield isRefused && isObjectUserError(asked)
    ? failedBy("api", asked)
    : { what: "api", verdict: "ok", says: "it takes the token; rights on an object store show with the store itself" };
  if (s3Endpoint !== undefined) yield await checkS3({ ...settings, s3Endpoint }, undefined, { ...deps, send });
  else
    yield {
      what: "s3",
      verdict: "warning",
      says: "no s3Endpoint is given: nothing is proven",
      advice: "Set ITCARE_S3_ENDPOINT.",
    };
}
