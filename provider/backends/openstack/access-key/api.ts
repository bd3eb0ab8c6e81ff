/**
 * The lifecycle's port to the keys of a user that nobody manages here: of whoever is logged in, as Keystone lets everybody
 * who has a password make EC2 credentials for himself; or of another user, by an administrator.
 */
import { ObjectUserError } from "../../../errors";
import { orUndefined } from "../../../http/api";
import { repeatable } from "../../../http/dialect";
import type { Send } from "../../../http/wire";
import type { UserApi } from "../../../lifecycle/user-api";
import { issueKey, listKeys, revokeKey } from "../../../protocols/keystone/credentials";
import { openSession } from "../../../protocols/keystone/session";
import { whyRefused } from "../../../protocols/keystone/why-refused";
import { wireProjects } from "../../../protocols/keystone/wire";
import type { BackendDeps } from "../../backend";
import { never } from "../../only-keys";
import { proveByS3 } from "../../s3";
import type { Access } from "../settings";
import type { Where } from "./args";

/** The keys of one Keystone. */
export function keyApi(access: Access, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const session = openSession(access.login, access, deps);

  /** The project that a new key opens: of the login, or one that it has a role in. */
  async function projectOf({ project, projectId }: Where): Promise<string> {
    const own = (await session.token()).project;
    if (projectId !== undefined) return projectId;
    if (project === undefined) return own?.id ?? noProject();
    if (own?.name === project) return own.id;
    const act = repeatable("looking for", `project "${project}"`);
    const { projects } = await session.call(act, "GET", "/auth/projects", { schema: wireProjects });
    const [found, ...more] = projects.filter(({ name }) => name === project);
    if (found && more.length === 0) return found.id;
    throw new ObjectUserError({
      ...act,
      code: "invalid",
      problem: found ? "several projects have this name" : "the login has no role in a project of this name",
      advice: "Check project, or give projectId.",
    });
  }

  return {
    // The keys of every project: one that the ring has is not lost when the login changes its project.
    async find({ userId, name, where }) {
      const id = userId ?? where.userId ?? (await session.token()).user.id;
      const keys = await orUndefined(listKeys(session, { userId: id, name }));
      return (
        keys && {
          userId: id,
          fields: {},
          keys: keys.map(({ access, secret }) => ({ id: access, accessKey: access, secretKey: secret })),
        }
      );
    },

    async issueKey({ userId, name, where }, { accessKey, ...secret }) {
      if (accessKey === undefined) throw new Error("keys of this system have an id that is chosen");
      return issueKey(session, { userId, name, projectId: await projectOf(where) }, accessKey, secret);
    },

    revokeKey: (user, { accessKey }) => revokeKey(session, user, accessKey),

    async probe({ name }, key) {
      const { s3Endpoint } = access;
      if (s3Endpoint === undefined) throw new Error("a key is proven where an S3 endpoint is known");
      return proveByS3(name, key, { ...access, s3Endpoint }, deps);
    },

    whyRefused: (user, { accessKey }) => whyRefused(session, user, accessKey),

    /** Those of whoever is logged in. */
    async *list() {
      const { user } = await session.token();
      for (const { access, tenant_id: projectId } of await listKeys(session, { userId: user.id, name: user.name }))
        yield { label: access, inputs: { accessKey: access, ...(projectId ? { projectId } : {}) } };
    },

    create: never,
    update: never,
    remove: never,
  };
}

function noProject(): never {
  throw new ObjectUserError({
    code: "invalid",
    operation: "making",
    subject: "a key",
    problem: "the login is for no project, and a key opens one",
    advice: "Give project or projectId, or log in for a project.",
  });
}
