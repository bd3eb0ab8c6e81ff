/** The preflight of a login that makes keys for itself: besides the login, whether it is for a project, and its own S3 keys. */
import { listKeys } from "../../../protocols/keystone/credentials";
import type { Session } from "../../../protocols/keystone/session";
import type { WireToken } from "../../../protocols/keystone/wire";
import type { Finding } from "../../backend";
import { granted } from "../../preflight-steps";
import { preflightOf } from "../preflight";

/** Opens the preflight of a cloud. */
export const preflight = preflightOf(rightsToOwnKeys);

async function* rightsToOwnKeys(session: Session, { user, project }: WireToken): AsyncIterable<Finding> {
  if (project === undefined) {
    const advice = "Declare project or projectId for each key, or log in for a project.";
    yield { what: "project", verdict: "warning", says: "the login is for no project, and a key opens one", advice };
  }
  yield await granted("own S3 keys", () => listKeys(session, { userId: user.id, name: user.name }));
}
