/** The projects of one public cloud: what the account API knows of them, and what it does with them in the region. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, invalid, success } from "./envelope";
import { generatedName, type Region } from "./keystone";
import type { Pace } from "./tasks";
import { ProjectUsers } from "./users";

/** A project as the API shows it. */
export interface CloudProject {
  readonly public_cloud_project_id: number;
  readonly public_cloud_id: number;
  readonly open_stack_name: string;
  name: string;
  status: "creating" | "deleting" | "ok" | "updating";
  readonly created_at: number;
  updated_at: number;
  readonly user_count: number;
}

/** What a request may bring. A project is made with `project_name`, and renamed with `name`. */
export interface ProjectBody {
  readonly name?: string;
  readonly project_name?: string;
  readonly user_password?: string;
  readonly user_email?: string;
  readonly user_description?: string;
}

interface Kept {
  readonly users: ProjectUsers;
  readonly shown: Omit<CloudProject, "user_count">;
}

let nextId = 35_000;

/** The projects of one public cloud. */
export class Projects {
  private readonly kept = new Map<number, Kept>();

  constructor(
    private readonly publicCloudId: number,
    private readonly region: Region,
    private readonly pace: Pace,
  ) {}

  /** A project that is there, by its id and the name that it has in OpenStack, which is its name here, too. */
  add(id: number, openStackName: string, name = openStackName): Kept {
    const now = Math.floor(Date.now() / 1000);
    const shown: Kept["shown"] = {
      public_cloud_project_id: id,
      public_cloud_id: this.publicCloudId,
      open_stack_name: openStackName,
      name,
      status: "ok",
      created_at: now,
      updated_at: now,
    };
    const kept = { users: new ProjectUsers(id, openStackName, this.region, this.pace), shown };
    this.kept.set(id, kept);
    return kept;
  }

  usersOf(id: number): ProjectUsers | undefined {
    return this.kept.get(id)?.users;
  }

  /** The project is not in the account, until the answer is called. */
  hide(id: number): () => void {
    const kept = this.kept.get(id);
    this.kept.delete(id);
    return () => void (kept && this.kept.set(id, kept));
  }

  get(id: number): CloudProject | undefined {
    const { shown, users } = this.kept.get(id) ?? {};
    return shown && users && { ...shown, user_count: users.users.size };
  }

  list(): CloudProject[] {
    return [...this.kept.keys()].flatMap((id) => this.get(id) ?? []);
  }

  /** What is wrong with a request; undefined: nothing. */
  problem(body: ProjectBody, needs: readonly (keyof ProjectBody)[]): Answer | undefined {
    for (const name of needs) if (!body[name]) return invalid(name, "required", `The ${name} field is required.`);
    for (const name of ["name", "project_name"] as const)
      if ((body[name]?.length ?? 0) > 250) return invalid(name, "max", `The ${name} may not exceed 250 characters.`);
    const { user_description: description } = body;
    if (description !== undefined && (description.length > 250 || !/^[A-Za-z0-9 \-_.]*$/.test(description)))
      return invalid("user_description", "regex", "The user_description format is invalid.");
    if (body.user_email !== undefined && !/^\S+@\S+$/.test(body.user_email))
      return invalid("user_email", "email", "The user_email must be a valid email address.");
    return undefined;
  }

  /** Makes a project with its first user, which has no description unless one is given. */
  async create(body: ProjectBody): Promise<Answer> {
    const id = ++nextId;
    const { users, shown } = this.add(id, generatedName("PCP"), body.project_name);
    shown.status = "creating";
    const made = await users.create({
      ...(body.user_password === undefined ? {} : { password: body.user_password }),
      ...(body.user_email === undefined ? {} : { email: body.user_email }),
      description: body.user_description ?? "",
    });
    if (made.status >= 300) {
      this.kept.delete(id);
      await this.region.deleteProject(shown.open_stack_name);
      return made;
    }
    this.becomeOk(shown);
    return success(id);
  }

  async rename(id: number, name: string): Promise<Answer> {
    const { shown } = this.kept.get(id) ?? {};
    if (shown === undefined) return success(false);
    shown.status = "updating";
    shown.name = name;
    this.becomeOk(shown);
    return success(true);
  }

  /** Deletes a project and its users. */
  async remove(id: number): Promise<Answer> {
    const { shown, users } = this.kept.get(id) ?? {};
    if (shown === undefined || users === undefined) return success(false);
    shown.status = "deleting";
    for (const user of [...users.users.values()]) await users.remove(user);
    await this.region.deleteProject(shown.open_stack_name);
    await sleep(this.pace.delayMs, undefined, { ref: false });
    this.kept.delete(id);
    return success(true);
  }

  private becomeOk(shown: Kept["shown"]): void {
    shown.updated_at = Math.floor(Date.now() / 1000);
    const end = () => {
      if (shown.status !== "deleting") shown.status = "ok";
    };
    setTimeout(end, this.pace.delayMs).unref();
  }
}
