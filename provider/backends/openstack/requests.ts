/**
 * The remote calls about users, projects and roles, one function each.
 *
 * Documentation: https://docs.openstack.org/api-ref/identity/v3/
 */
import { orUndefined } from "../../http/api";
import { repeatable, unrepeatable } from "../../http/dialect";
import { WEAK_PASSWORD } from "../../protocols/keystone/refusals";
import type { Session } from "../../protocols/keystone/session";
import { wireProjects } from "../../protocols/keystone/wire";
import {
  type WireUser,
  wireAssignments,
  wireDomain,
  wireDomains,
  wireProject,
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

const EXISTS = {
  code: "already-exists",
  problem: "a user of this name exists already in the domain and was not made by this resource",
  advice: "Set adopt: true to adopt it, or choose another name.",
} as const;
const NAME_TAKEN = {
  code: "conflict",
  problem: "another user of the domain has this name",
  advice: "Choose another name.",
} as const;

/** Opens the calls by a login. Each rejects with an ObjectUserError. */
export function requestsBy({ call }: Session) {
  const user = (name: string) => `user "${name}"`;
  const at = encodeURIComponent;
  const reading = (subject: string) => repeatable("reading", subject);

  return {
    /** GET /v3/users/U; undefined when there is none. */
    getUser: async (userId: string, name: string): Promise<WireUser | undefined> =>
      (await orUndefined(call(reading(user(name)), "GET", `/users/${at(userId)}`, { schema: wireUser })))?.user,

    /** GET /v3/users?name=&domain_id=; undefined when there is none. */
    findUser: async (name: string, domainId: string): Promise<WireUser | undefined> => {
      const path = `/users?name=${at(name)}&domain_id=${at(domainId)}`;
      const { users } = await call(reading(user(name)), "GET", path, { schema: wireUsers });
      return users.find((candidate) => candidate.name === name);
    },

    /** POST /v3/users. 409 for a name that exists in the domain. */
    createUser: async (name: string, body: UserBody): Promise<WireUser> => {
      const means = { "409": EXISTS, ...(body.password === undefined ? {} : { "400": WEAK_PASSWORD }) };
      const act = { ...unrepeatable("creating", user(name)), means };
      return (await call(act, "POST", "/users", { body: { user: body }, schema: wireUser })).user;
    },

    /** PATCH /v3/users/U: only what is given changes. */
    changeUser: async (userId: string, name: string, body: UserBody): Promise<WireUser> => {
      const isPassword = body.password !== undefined;
      const means = { "409": NAME_TAKEN, ...(isPassword ? { "400": WEAK_PASSWORD } : {}) };
      const act = { ...unrepeatable(isPassword ? "changing the password of" : "changing", user(name)), means };
      return (await call(act, "PATCH", `/users/${at(userId)}`, { body: { user: body }, schema: wireUser })).user;
    },

    /** DELETE /v3/users/U, with its keys and roles. Harmless to repeat; resolves when there is none. */
    deleteUser: (userId: string, name: string) =>
      orUndefined(call(repeatable("deleting", user(name)), "DELETE", `/users/${at(userId)}`)),

    /** GET /v3/projects/P; undefined when there is none. */
    getProject: async (projectId: string): Promise<Named | undefined> => {
      const act = reading(`project ${projectId}`);
      return (await orUndefined(call(act, "GET", `/projects/${at(projectId)}`, { schema: wireProject })))?.project;
    },

    /** GET /v3/projects?name=&domain_id=; undefined when there is none. */
    findProject: async (name: string, domainId: string): Promise<Named | undefined> => {
      const path = `/projects?name=${at(name)}&domain_id=${at(domainId)}`;
      return (await call(reading(`project "${name}"`), "GET", path, { schema: wireProjects })).projects[0];
    },

    /** GET /v3/domains?name= or /v3/domains/D: a domain by its name, else by its id; undefined when there is none. */
    findDomain: async (domain: string): Promise<Named | undefined> => {
      const act = reading(`domain "${domain}"`);
      const { domains } = await call(act, "GET", `/domains?name=${at(domain)}`, { schema: wireDomains });
      const byId = () => call(act, "GET", `/domains/${at(domain)}`, { schema: wireDomain });
      return domains[0] ?? (await orUndefined(byId()))?.domain;
    },

    /** GET /v3/roles?name=; undefined when there is none. */
    findRole: async (name: string): Promise<Named | undefined> =>
      (await call(reading(`role "${name}"`), "GET", `/roles?name=${at(name)}`, { schema: wireRoles })).roles[0],

    /** GET /v3/role_assignments: the roles that the user itself has in the project. */
    rolesOf: async (userId: string, name: string, projectId: string): Promise<Named[]> => {
      const path = `/role_assignments?user.id=${at(userId)}&scope.project.id=${at(projectId)}&include_names=true`;
      const act = reading(`the roles of ${user(name)}`);
      return (await call(act, "GET", path, { schema: wireAssignments })).role_assignments
        .filter(({ scope }) => scope["OS-INHERIT:inherited_to"] === undefined)
        .map(({ role }) => role);
    },

    /** PUT or DELETE /v3/projects/P/users/U/roles/R. Harmless to repeat. */
    changeRole: async (method: "PUT" | "DELETE", userId: string, name: string, projectId: string, roleId: string) => {
      const act = repeatable(method === "PUT" ? "giving a role to" : "taking a role from", user(name));
      const done = call(act, method, `/projects/${at(projectId)}/users/${at(userId)}/roles/${at(roleId)}`);
      // Taking what is not there, or from a project that is gone, is done already.
      await (method === "DELETE" ? orUndefined(done) : done);
    },
  };
}
