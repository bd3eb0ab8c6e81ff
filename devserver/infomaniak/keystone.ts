/**
 * The region behind the stand-in: a real Keystone, in which every user of the account API is a real user. The stand-in
 * logs in as its administrator, as Infomaniak's own machinery must.
 */
import { randomBytes } from "node:crypto";

/** How to log in to the region. */
export interface RegionAccess {
  /** With /v3. */
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly domain: string;
}

/** Keystone's refusal of a request. */
export class RegionRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What the account API does with users in the region. */
export interface Region {
  readonly authUrl: string;
  /** The id of a project that is made when it is not there. */
  project(name: string): Promise<string>;
  /** Makes a user with the role of a member. Without a password it cannot log in. Answers its id. */
  createUser(name: string, projectId: string, password: string | undefined): Promise<string>;
  setPassword(userId: string, password: string): Promise<void>;
  deleteUser(userId: string): Promise<void>;
  deleteProject(name: string): Promise<void>;
}

/** Connects to the region. */
export function openRegion(access: RegionAccess): Region {
  const { authUrl, username, password, project, domain } = access;
  let token: Promise<string> | undefined;

  async function logIn(): Promise<string> {
    const user = { name: username, domain: { name: domain }, password };
    const identity = { methods: ["password"], password: { user } };
    const scope = { project: { name: project, domain: { name: domain } } };
    const response = await fetch(`${authUrl}/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ auth: { identity, scope } }),
    });
    const text = response.headers.get("x-subject-token");
    if (response.status !== 201 || !text) throw new RegionRefused(response.status, "the stand-in cannot log in");
    return text;
  }

  async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    token ??= logIn();
    const mine = token;
    const text = await mine.catch((error: unknown) => {
      token = undefined;
      throw error;
    });
    const response = await fetch(`${authUrl}${path}`, {
      method,
      headers: { "content-type": "application/json", "x-auth-token": text },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    if (response.ok) return answer === "" ? {} : (JSON.parse(answer) as Record<string, unknown>);
    if (response.status === 401) token = undefined;
    throw new RegionRefused(response.status, answer);
  }

  const first = (answer: Record<string, unknown>, list: string) =>
    (answer[list] as { id: string }[] | undefined)?.[0]?.id;

  return {
    authUrl,
    async project(name) {
      const found = first(await ask("GET", `/projects?name=${encodeURIComponent(name)}&domain_id=default`), "projects");
      if (found) return found;
      const made = await ask("POST", "/projects", { project: { name, domain_id: "default" } });
      return (made.project as { id: string }).id;
    },
    async createUser(name, projectId, chosen) {
      const user = { name, domain_id: "default", default_project_id: projectId };
      const made = await ask("POST", "/users", {
        user: { ...user, ...(chosen === undefined ? {} : { password: chosen }) },
      });
      const { id } = made.user as { id: string };
      const role = first(await ask("GET", "/roles?name=member"), "roles");
      await ask("PUT", `/projects/${projectId}/users/${id}/roles/${role}`);
      return id;
    },
    setPassword: async (userId, chosen) => {
      await ask("PATCH", `/users/${userId}`, { user: { password: chosen } });
    },
    deleteUser: async (userId) => {
      await ask("DELETE", `/users/${userId}`);
    },
    deleteProject: async (name) => {
      const found = first(await ask("GET", `/projects?name=${encodeURIComponent(name)}&domain_id=default`), "projects");
      if (found) await ask("DELETE", `/projects/${found}`);
    },
  };
}

/** A generated name: "PCU-" or "PCP-" and seven characters. */
export function generatedName(prefix: "PCU" | "PCP"): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  return `${prefix}-${[...randomBytes(7)].map((byte) => alphabet[byte % alphabet.length]).join("")}`;
}
