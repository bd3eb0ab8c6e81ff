/**
 * The preflight of ECS: the login, and by requests about a user that cannot exist whether the management user may read and
 * change users. A NAMESPACE_ADMIN may be refused for a namespace that is not its own, so a refusal is a warning.
 */
import { isObjectUserError } from "../../errors";
import type { BackendDeps, Finding, Preflight } from "../backend";
import { atMostWarning, granted } from "../preflight-steps";
import { checkS3IfKnown } from "../s3-check";
import { requestsTo } from "./requests";
import { type Settings, sources } from "./settings";

const NOBODY = { userId: "object-users-check", namespace: "object-users-check" };
const ROLE =
  "It needs the role SYSTEM_ADMIN, or NAMESPACE_ADMIN of the namespaces; of another namespace this says nothing.";

/** Opens the preflight of a system. */
export function preflight(settings: Settings, deps: BackendDeps): Preflight {
  const { caCertificate, insecure } = settings;
  return { caCertificate, insecure, check: () => checks(settings, deps) };
}

async function* checks(settings: Settings, deps: BackendDeps): AsyncIterable<Finding> {
  const send = deps.openTransport(settings);
  const requests = requestsTo(settings, { ...deps, send });
  const read = await granted("reading users", () => answered(requests.getUser(NOBODY)), ROLE);
  if (read.verdict === "failed" && read.advice !== ROLE) return yield { ...read, what: "credentials" };
  yield { what: "credentials", verdict: "ok", says: `ECS takes the login of "${settings.username}"` };
  yield atMostWarning(read);
  yield atMostWarning(await granted("changing users", () => answered(requests.lockUser(NOBODY, true)), ROLE));
  yield await checkS3IfKnown(settings, sources.s3Endpoint.environment, { ...deps, send });
}

/** That there is no such namespace is as good an answer as that there is no such user. */
async function answered(request: Promise<unknown>): Promise<void> {
  await request.catch((error: unknown) => {
    if (!isObjectUserError(error, "invalid")) throw error;
  });
}
