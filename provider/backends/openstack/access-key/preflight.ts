/** The preflight of a login that makes keys for itself: the login, its project, its own S3 keys, and how S3 answers. */
import { isObjectUserError } from "../../../errors";
import { listKeys } from "../../../protocols/keystone/credentials";
import { openSession } from "../../../protocols/keystone/session";
import type { BackendDeps, Finding, Preflight } from "../../backend";
import { failedBy, granted } from "../../preflight-steps";
import { checkS3 } from "../../s3-check";
import { caCertificateOf } from "../ca-certificate";
import { type Access, accessOf, type Settings } from "../settings";

/** Opens the preflight of a cloud. */
export function preflight(settings: Settings, deps: BackendDeps): Preflight {
  const given = accessOf(settings);
  const caCertificate = caCertificateOf(given);
  const access = { ...given, caCertificate };
  return { caCertificate, insecure: given.insecure, check: () => checks(access, deps) };
}

async function* checks(access: Access, deps: BackendDeps): AsyncIterable<Finding> {
  const send = deps.openTransport(access);
  const session = openSession(access.login, access, { ...deps, send });
  const token = await session.token().catch((error: Error) => error);
  if (token instanceof Error) {
    if (!isObjectUserError(token)) throw token;
    return yield failedBy("credentials", token);
  }
  const { user, project } = token;
  const place = project ? `in project "${project.name}"` : "in no project";
  yield { what: "credentials", verdict: "ok", says: `logged in as "${user.name}" ${place}` };
  if (project === undefined) {
    const advice = "Declare project or projectId for each key, or log in for a project.";
    yield { what: "project", verdict: "warning", says: "the login is for no project, and a key opens one", advice };
  }
  yield await granted("own S3 keys", () => listKeys(session, { userId: user.id, name: user.name }));
  const { s3Endpoint, region = "us-east-1" } = access;
  if (s3Endpoint !== undefined) yield await checkS3({ ...access, region, s3Endpoint }, undefined, { ...deps, send });
}
