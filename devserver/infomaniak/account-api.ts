/**
 * A stand-in for Infomaniak's account API, as far as projects of Public Cloud and their users go: paths, envelopes, status words, delays and
 * the limit of requests as public sources describe them. The users themselves are real users of a real Keystone. What the
 * real API does beyond those sources is not known here.
 */
import { type Answer, accepted, refusal, success } from "./envelope";
import { openRegion, type Region, type RegionAccess } from "./keystone";
import { type CloudProject, type ProjectBody, Projects } from "./projects";
import { RateLimit } from "./rate-limit";
import { type Pace, Tasks } from "./tasks";
import type { CloudUser, ProjectUsers, UserBody } from "./users";

/** How to open an account. */
export interface AccountOptions {
  /** How to log in to the real Keystone; or what stands in for that, too, where only the account API counts. */
  readonly region: RegionAccess | Region;
  readonly token: string;
  readonly publicCloudId: number;
  /** The account's projects: ids, and the names that they have in OpenStack. */
  readonly projects: Readonly<Record<number, string>>;
  readonly delayMs?: number;
  /** Default 60, as the real one. */
  readonly requestsPerMinute?: number;
}

/** A request, taken apart. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** How the account behaves; tests change it while it runs. */
export interface Behaviour extends Pace {
  /** Answer when it is done ("final"), or with a task, under either of the words that are known. */
  answers: "final" | "asynchronous" | "delayed";
  /** Say when to come back with 429. */
  retryAfter: boolean;
  /** The token may do nothing here. */
  forbidden: boolean;
}

const PROJECTS = /^\/1\/public_clouds\/(\d+)\/projects(\/.*)?$/;

/** An account with its projects. */
export class Account {
  readonly behaviour: Behaviour;
  readonly limit: RateLimit;
  readonly projects: Projects;
  private readonly tasks: Tasks;

  constructor(private readonly options: AccountOptions) {
    const pace = { delayMs: options.delayMs ?? 20, stuck: false, failure: undefined };
    this.behaviour = { ...pace, answers: "asynchronous", retryAfter: true, forbidden: false };
    this.limit = new RateLimit(options.requestsPerMinute ?? 60);
    this.tasks = new Tasks(this.behaviour);
    const region = "createUser" in options.region ? options.region : openRegion(options.region);
    this.projects = new Projects(options.publicCloudId, region, this.behaviour);
    for (const [id, name] of Object.entries(options.projects)) this.projects.add(Number(id), name);
  }

  /** The users of a project. */
  usersOf(projectId: number): ProjectUsers {
    const found = this.projects.usersOf(projectId);
    if (found === undefined) throw new Error(`there is no project ${projectId}`);
    return found;
  }

  /** Resolves when no task is under way. */
  idle(): Promise<void> {
    return this.tasks.idle();
  }

  /** Answers a request. */
  async handle(call: Call): Promise<Answer> {
    const seconds = this.limit.secondsToWait(Date.now());
    if (seconds > 0) {
      const headers = this.behaviour.retryAfter ? { "retry-after": String(seconds) } : {};
      return { ...refusal(429, "too_many_requests", "Rate limit exceeded"), headers };
    }
    if (call.authorization !== `Bearer ${this.options.token}`)
      return refusal(401, "not_authorized", "Authorization required");
    if (this.behaviour.forbidden) return refusal(403, "forbidden", "Access forbidden");
    const task = /^\/1\/async\/tasks\/([\w-]+)$/.exec(call.path)?.[1];
    if (task !== undefined && call.method === "GET") return this.tasks.read(task);
    const [, cloud, rest = ""] = PROJECTS.exec(call.path) ?? [];
    if (cloud === undefined) return refusal(404, "method_not_found", "Method not found");
    if (Number(cloud) !== this.options.publicCloudId) return refusal(404, "object_not_found", "Object not found");
    const [project, users, ...more] = rest.split("/").filter(Boolean);
    if (users === undefined) return this.onProjects(call, project);
    const found = users === "users" ? this.projects.usersOf(Number(project)) : undefined;
    return found ? this.onUsers(found, call, more) : refusal(404, "object_not_found", "Object not found");
  }

  private async onProjects({ method, body: given, query }: Call, project: string | undefined): Promise<Answer> {
    const { projects } = this;
    const body = (given ?? {}) as ProjectBody;
    if (project === undefined && method === "GET") return page(projects.list(), query);
    if (project === undefined && method === "POST")
      return this.unless(projects.problem(body, ["project_name", "user_password"]), () => projects.create(body));
    if (project === "invite" && method === "POST") {
      const { user_password: _, ...rest } = body;
      return this.unless(projects.problem(rest, ["project_name", "user_email"]), () => projects.create(rest));
    }
    const id = Number(project);
    const found = projects.get(id);
    if (found === undefined) return refusal(404, "object_not_found", "Object not found");
    if (method === "GET") return success(found);
    if (method === "PATCH")
      return this.unless(projects.problem(body, ["name"]), () => projects.rename(id, body.name ?? ""));
    if (method === "DELETE") return this.later(() => projects.remove(id));
    return refusal(404, "method_not_found", "Method not found");
  }

  private async onUsers(users: ProjectUsers, call: Call, [first, second]: readonly string[]): Promise<Answer> {
    const { method } = call;
    const body = (call.body ?? {}) as UserBody;
    if (first === undefined) {
      if (method === "GET") return page([...users.users.values()], call.query);
      if (method === "POST") return this.unless(users.problem(body, "password"), () => users.create(body));
    }
    if (first === "invite" && method === "POST") {
      const { password: _, ...rest } = body;
      return this.unless(users.problem(body, "email"), () => users.create(rest));
    }
    const user = users.users.get(Number(first));
    if (user === undefined) return refusal(404, "object_not_found", "Object not found");
    if (second === undefined) return this.onUser(users, user, method, body);
    if (second === "invite" && method === "POST")
      return this.unless(users.problem(body, "email"), () => users.change(user, { email: body.email ?? "" }));
    if (second === "openrc" && method === "GET") return this.later(async () => success(users.openrc(user)));
    return refusal(404, "method_not_found", "Method not found");
  }

  private async onUser(users: ProjectUsers, user: CloudUser, method: string, body: UserBody): Promise<Answer> {
    if (method === "GET") return success(user);
    if (method === "PATCH") return this.unless(users.problem(body, undefined), () => users.change(user, body));
    if (method === "DELETE") return this.later(() => users.remove(user));
    return refusal(404, "method_not_found", "Method not found");
  }

  private async unless(problem: Answer | undefined, work: () => Promise<Answer>): Promise<Answer> {
    return problem ?? this.later(work);
  }

  private async later(work: () => Promise<Answer>): Promise<Answer> {
    const { answers } = this.behaviour;
    return answers === "final" ? work() : accepted(this.tasks.spool(work), answers);
  }
}

function page(all: readonly (CloudUser | CloudProject)[], query: URLSearchParams): Answer {
  const perPage = Math.min(Number(query.get("per_page") ?? 15) || 15, 1000);
  const number = Number(query.get("page") ?? 1) || 1;
  const items = all.slice((number - 1) * perPage, number * perPage);
  const pages = Math.max(Math.ceil(all.length / perPage), 1);
  return success(items, { total: all.length, page: number, pages, items_per_page: perPage });
}
