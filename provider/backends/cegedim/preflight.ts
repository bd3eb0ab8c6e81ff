/** The preflight of cegedim.cloud: the token, and whether the assumed path of object users answers. */
import { isObjectUserError } from "../../errors";
import type { BackendDeps, Finding, Preflight } from "../backend";
import { failedBy } from "../preflight-steps";
import { checkS3IfKnown } from "../s3-check";
import { requestsTo } from "./requests";
import { type Settings, sources } from "./settings";

const NOWHERE = "cos-object-users-check";

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
  if (asked instanceof Error) {
    if (!isObjectUserError(asked)) throw asked;
    if (asked.operation === "getting a token") return yield failedBy("credentials", asked);
  }
  yield { what: "credentials", verdict: "ok", says: "the login service gives a token" };
  const isRefused = asked instanceof Error && !isObjectUserError(asked, "not-found", "forbidden");
  yield isRefused && isObjectUserError(asked)
    ? failedBy("api", asked)
    : { what: "api", verdict: "ok", says: "it takes the token; rights on an object store show with the store itself" };
  yield await checkS3IfKnown(settings, sources.s3Endpoint.environment, { ...deps, send });
}
