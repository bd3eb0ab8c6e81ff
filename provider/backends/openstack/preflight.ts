/**
 * The preflight of Keystone: the login, and by requests about a user that cannot exist whether it may read and change users.
 * Keystone asks for the right before it looks for the user.
 */
import { isObjectUserError } from "../../errors";
import { openSession, type Session } from "../../protocols/keystone/session";
import type { WireToken } from "../../protocols/keystone/wire";
import type { BackendDeps, Finding, Preflight } from "../backend";
import { atMostWarning, failedBy, granted } from "../preflight-steps";
import { checkS3 } from "../s3-check";
import { caCertificateOf } from "./ca-certificate";
import { requestsBy } from "./requests";
import { type Access, accessOf, type Settings } from "./settings";

const NOBODY = "0b1ec7d5e250000000000000000c4ec6";
const RIGHTS = "Log in as an administrator of the domain, or of the whole cloud.";

/** Opens the preflight of a cloud. */
export const preflight = preflightOf(rightsToUsers);

/** The preflight of a login: the login itself, what else it must be able to do, and how S3 answers. */
export function preflightOf(rights: (session: Session, token: WireToken) => AsyncIterable<Finding>) {
  return (settings: Settings, deps: BackendDeps): Preflight => {
    const given = accessOf(settings);
    const caCertificate = caCertificateOf(given);
    const access = { ...given, caCertificate };
    return { caCertificate, insecure: given.insecure, check: () => checks(access, deps, rights) };
  };
}

async function* checks(
  access: Access,
  deps: BackendDeps,
  rights: (session: Session, token: WireToken) => AsyncIterable<Finding>,
): AsyncIterable<Finding> {
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
  yield* rights(session, token);
  const { s3Endpoint, region = "us-east-1" } = access;
  if (s3Endpoint !== undefined) yield await checkS3({ ...access, region, s3Endpoint }, undefined, { ...deps, send });
}

async function* rightsToUsers(session: Session, { user }: WireToken): AsyncIterable<Finding> {
  const requests = requestsBy(session);
  const domain = user.domain?.id ?? "default";
  yield await granted("reading users", () => requests.findUser(NOBODY, domain), RIGHTS);
  yield await granted("changing users", () => requests.changeUser(NOBODY, NOBODY, { description: "" }), RIGHTS);
  yield atMostWarning(await granted("reading roles", () => requests.findRole("member"), RIGHTS));
  if (session.isDelegated) {
    const says = "an application credential may not touch S3 keys: each user does it with its own password";
    const advice = "Log in by name and password, unless every user has a password that is known here.";
    yield { what: "keys", verdict: "warning", says, advice };
  }
}
