/**
 * Domains, projects and roles by the names that a program uses. Ids are looked up once: they never change for a name
 * while Pulumi runs. A name that does not exist is told before anything is changed.
 */
import { ObjectUserError } from "../../errors";
import type { Session } from "../../protocols/keystone/session";
import type { Named, Requests } from "./requests";

/** The look-ups of one login. */
export type Places = ReturnType<typeof placesOf>;

/** Opens the look-ups of a login. */
export function placesOf(requests: Requests, session: Session) {
  const found = new Map<string, Promise<Named | undefined>>();

  /** Remembers what is there, never that something is missing. */
  async function once(key: string, look: () => Promise<Named | undefined>): Promise<Named | undefined> {
    const asked = found.get(key) ?? look();
    found.set(key, asked);
    const known = await asked.catch((error) => {
      found.delete(key);
      throw error;
    });
    if (known === undefined) found.delete(key);
    return known;
  }

  /** Administrators of a domain may not list domains, but their token names their own. */
  async function domain(nameOrId: string): Promise<Named> {
    const own = (await session.token()).user.domain;
    if (own && (own.name === nameOrId || own.id === nameOrId)) return own;
    const there = await once(`domain ${nameOrId}`, () => requests.findDomain(nameOrId));
    return there ?? missing("domain", nameOrId, "Check domain: it is a domain's name or id.");
  }

  return {
    domain,

    /** A project by its name in a domain. */
    async project(name: string, domainId: string): Promise<Named> {
      const there = await once(`project ${domainId} ${name}`, () => requests.findProject(name, domainId));
      return there ?? missing("project", name, "Check project, or give projectId for a project of another domain.");
    },

    /** A project by its id. */
    async projectById(projectId: string): Promise<Named> {
      const there = await once(`project id ${projectId}`, () => requests.getProject(projectId));
      return there ?? missing("project", projectId, "Check projectId.");
    },

    /** The name of a project that may be gone; empty then. */
    async projectName(projectId: string): Promise<string> {
      return (await once(`project id ${projectId}`, () => requests.getProject(projectId)))?.name ?? "";
    },

    /** A role by its name. */
    async role(name: string): Promise<Named> {
      const there = await once(`role ${name}`, () => requests.findRole(name));
      return there ?? missing("role", name, "Check roles: `openstack role list` shows what there is.");
    },

    /** A project of this name may have been deleted and made again. */
    forget: () => found.clear(),
  };
}

function missing(kind: string, name: string, advice: string): never {
  throw new ObjectUserError({
    code: "invalid",
    operation: "looking for",
    subject: `${kind} "${name}"`,
    problem: `Keystone has no such ${kind}, or does not show it to this login`,
    advice,
  });
}
