/**
 * The remote calls about users, projects and roles, one function each.
 *
 * Documentation: https://docs.openstack.org/api-ref/identity/v3/
 */
import { isObjectUserError } from "../../errors";
import { type Act, type Meaning, WEAK_PASSWORD } from "./refusals";
import type { Session } from "./session";
import {
  type WireUser,
  wireAssignments,
  wireDomain,
  wireDomains,
  wireProject,
  wireProjects,
  wireRoles,
  wireUser,
  wireUsers,
} from "./wire";

/** A thing with an id and a name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a user is made of, or what of it is changed. `null` clears. */
export interface UserBody {
  readonly name?: string;
  readonly domain_id?: string;
  readonly default_project_id?: string;
  readonly description?: string;
  readonly email?: string | null;
  readonly enabled?: boolean;
  readonly password?: string;
  readonly pulumi_object_users?: string | null;
}

/** The calls by one login. */
export type Requests = ReturnType<typeof requestsBy>;

const EXISTS: Meaning = {
  code: "already-exists",
  problem: "a user of this name exists already in the domain and was not made by this resource",
  advice: "Set adopt: true to adopt it, or choose another name.",
};
const NAME_TAKEN: Meaning = {
  code: "conflict",
  problem: "another user of the domain has this name",
  advice: "Choose another name.",
};

/** Opens the calls by a login. Each rejects with an ObjectUserError. */
export function requestsBy(session: Session) {
  const user = (name: string) => `user "${name}"`;
  const at = encodeURIComponent;
  const reading = (subject: string): Act => ({ operation: "reading", subject, writes: false });

  return {
    /** GET /v3/users/U; undefined when there is none. */
    getUser: (userId: string, name: string) =>
      orNothing(
        session.call(reading(user(name)), { method: "GET", path: `/users/${at(userId)}`, schema: wireUser }),
      ).then((answer) => answer?.user),

    /** GET /v3/users?name=&domain_id=; undefined when there is none. */
    findUser: async (name: string, domainId: string): Promise<WireUser | undefined> => {
      const path = `/users?name=${at(name)}&domain_id=${at(domainId)}`;
      const { users } = await session.call(reading(user(name)), { method: "GET", path, schema: wireUsers });
      return users.find((candidate) => candidate.name === name);
    },

    /** POST /v3/users. 409 for a name that exists in the domain. */
    createUser: async (name: string, body: UserBody): Promise<WireUser> => {
      const means = { 409: EXISTS, ...(body.password === undefined ? {} : { 400: WEAK_PASSWORD }) };
      const act = { operation: "creating", subject: user(name), writes: true, means };
      return (await session.call(act, { method: "POST", path: "/users", body: { user: body }, schema: wireUser })).user;
    },

    /** PATCH /v3/users/U: only what is given changes. */
    changeUser: async (userId: string, name: string, body: UserBody): Promise<WireUser> => {
      const isPassword = body.password !== undefined;
      const operation = isPassword ? "changing the password of" : "changing";
      const means = { 409: NAME_TAKEN, ...(isPassword ? { 400: WEAK_PASSWORD } : {}) };
      const act = { operation, subject: user(name), writes: true, means };
      const request = {
        method: "PATCH",
        path: `/users/${at(userId)}`,
        body: { user: body },
        schema: wireUser,
      } as const;
      return (await session.call(act, request)).user;
    },

    /** DELETE /v3/users/U, with its keys and roles. Harmless to repeat; resolves when there is none. */
    deleteUser: (userId: string, name: string) =>
      orNothing(
        session.call(
          { operation: "deleting", subject: user(name), writes: false },
          {
            method: "DELETE",
            path: `/users/${at(userId)}`,
          },
        ),
      ),

    /** GET /v3/projects/P; undefined when there is none. */
    getProject: async (projectId: string): Promise<Named | undefined> =>
      (
        await orNothing(
          session.call(reading(`project ${projectId}`), {
            method: "GET",
            path: `/projects/${at(projectId)}`,
            schema: wireProject,
          }),
        )
      )?.project,

    /** GET /v3/projects?name=&domain_id=; undefined when there is none. */
    findProject: async (name: string, domainId: string): Promise<Named | undefined> => {
      const path = `/projects?name=${at(name)}&domain_id=${at(domainId)}`;
      const act = reading(`project "${name}"`);
      return (await session.call(act, { method: "GET", path, schema: wireProjects })).projects[0];
    },

    /** GET /v3/auth/projects: those in which the user that is logged in has a role. */
    ownProjects: async (): Promise<Named[]> => {
      const act = reading("the projects of the user that is logged in");
      return (await session.call(act, { method: "GET", path: "/auth/projects", schema: wireProjects })).projects;
    },

    /** GET /v3/domains?name= or /v3/domains/D: a domain by its name, else by its id; undefined when there is none. */
    findDomain: async (domain: string): Promise<Named | undefined> => {
      const act = reading(`domain "${domain}"`);
      const byName = { method: "GET", path: `/domains?name=${at(domain)}`, schema: wireDomains } as const;
      const byId = { method: "GET", path: `/domains/${at(domain)}`, schema: wireDomain } as const;
      return (await session.call(act, byName)).domains[0] ?? (await orNothing(session.call(act, byId)))?.domain;
    },

    /** GET /v3/roles?name=; undefined when there is none. */
    findRole: async (name: string): Promise<Named | undefined> => {
      const request = { method: "GET", path: `/roles?name=${at(name)}`, schema: wireRoles } as const;
      return (await session.call(reading(`role "${name}"`), request)).roles[0];
    },

    /** GET /v3/role_assignments: the roles that the user itself has in the project. */
    rolesOf: async (userId: string, name: string, projectId: string): Promise<Named[]> => {
      const path = `/role_assignments?user.id=${at(userId)}&scope.project.id=${at(projectId)}&include_names=true`;
      const act = reading(`the roles of ${user(name)}`);
      const { role_assignments } = await session.call(act, { method: "GET", path, schema: wireAssignments });
      return role_assignments
        .filter(({ scope }) => scope["OS-INHERIT:inherited_to"] === undefined)
        .map(({ role }) => role);
    },

    /** PUT or DELETE /v3/projects/P/users/U/roles/R. Harmless to repeat. */
    changeRole: async (method: "PUT" | "DELETE", userId: string, name: string, projectId: string, roleId: string) => {
      const operation = method === "PUT" ? "giving a role to" : "taking a role from";
      const path = `/projects/${at(projectId)}/users/${at(userId)}/roles/${at(roleId)}`;
      const done = session.call({ operation, subject: user(name), writes: false }, { method, path });
      // Taking what is not there, or from a project that is gone, is done already.
      await (method === "DELETE" ? orNothing(done) : done);
    },
  };
}

async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isObjectUserError(error, "not-found")) return undefined;
    throw error;
  }
}
