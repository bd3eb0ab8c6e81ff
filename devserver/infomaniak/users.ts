/** The users of one project: what the account API knows of them, and what it does with them in the region. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, invalid, refusal, success } from "./envelope";
import { generatedName, type Region, RegionRefused } from "./keystone";
import type { Pace } from "./tasks";

/** A user's status, in the API's own words. */
type Status = "creating" | "deleting" | "disabled" | "disabling" | "error" | "ok" | "updating";

/** A user as the API shows it. Password and e-mail are never shown. */
export interface CloudUser {
  readonly public_cloud_user_id: number;
  readonly public_cloud_project_id: number;
  readonly open_stack_name: string;
  description: string;
  status: Status;
  readonly created_at: number;
  updated_at: number;
}

/** A mail with a link by which a user sets its password. */
export interface Invitation {
  readonly email: string;
  readonly userId: number;
  /** What happens when somebody follows the link and chooses this password. */
  follow(password: string): Promise<void>;
}

/** What a request may bring. */
export interface UserBody {
  readonly password?: string;
  readonly description?: string;
  readonly email?: string;
}

let nextId = 71_000;

/** The users of one project. */
export class ProjectUsers {
  readonly users = new Map<number, CloudUser>();
  /** Every invitation that was sent, oldest first. */
  readonly invitations: Invitation[] = [];
  private readonly keystoneIds = new Map<number, string>();
  /** What will end a user's being busy. */
  private readonly endings = new Map<CloudUser, NodeJS.Timeout>();

  constructor(
    readonly projectId: number,
    readonly openStackProject: string,
    private readonly region: Region,
    private readonly pace: Pace,
  ) {}

  /** What is wrong with a request; undefined: nothing. The rule for descriptions is in no documentation. */
  problem(body: UserBody, needs: keyof UserBody | undefined): Answer | undefined {
    const { description } = body;
    if (needs && !body[needs]) return invalid(needs, "required", `The ${needs} field is required.`);
    if (description !== undefined && description.length > 250)
      return invalid("description", "max", "The description may not be greater than 250 characters.");
    if (description && !/^[A-Za-z0-9 \-_.]+$/.test(description))
      return invalid("description", "regex", "The description format is invalid.");
    if (body.email !== undefined && !/^\S+@\S+$/.test(body.email))
      return invalid("email", "email", "The email must be a valid email address.");
    return undefined;
  }

  /** Makes a user; its status tells for a while that it is being made. */
  async create({ password, description = "", email }: UserBody): Promise<Answer> {
    const now = Math.floor(Date.now() / 1000);
    const user: CloudUser = {
      public_cloud_user_id: ++nextId,
      public_cloud_project_id: this.projectId,
      open_stack_name: generatedName("PCU"),
      description,
      status: "creating",
      created_at: now,
      updated_at: now,
    };
    const id = user.public_cloud_user_id;
    this.users.set(id, user);
    try {
      const project = await this.region.project(this.openStackProject);
      this.keystoneIds.set(id, await this.region.createUser(user.open_stack_name, project, password));
    } catch (error) {
      this.users.delete(id);
      return failed(error);
    }
    if (email !== undefined) this.mail(user, email);
    this.becomeOk(user);
    return success(id);
  }

  async change(user: CloudUser, { password, description, email }: UserBody): Promise<Answer> {
    this.becomeBusy(user, "updating");
    try {
      if (password !== undefined) await this.region.setPassword(this.keystoneId(user), password);
    } catch (error) {
      user.status = "ok";
      return failed(error);
    }
    if (description !== undefined) user.description = description;
    if (email !== undefined) this.mail(user, email);
    this.becomeOk(user);
    return success(true);
  }

  async remove(user: CloudUser): Promise<Answer> {
    this.becomeBusy(user, "deleting");
    await this.region.deleteUser(this.keystoneId(user)).catch((error: unknown) => {
      if (!(error instanceof RegionRefused && error.status === 404)) throw error;
    });
    await sleep(this.pace.delayMs, undefined, { ref: false });
    this.users.delete(user.public_cloud_user_id);
    return success(true);
  }

  /** The user's id in Keystone. */
  keystoneId(user: CloudUser): string {
    return this.keystoneIds.get(user.public_cloud_user_id) ?? "";
  }

  /** The shell text of GET …/openrc. */
  openrc(user: CloudUser): string {
    return [
      `export OS_AUTH_URL=${this.region.authUrl}`,
      `export OS_PROJECT_NAME=${this.openStackProject}`,
      `export OS_USERNAME=${user.open_stack_name}`,
      "export OS_USER_DOMAIN_NAME=Default",
      "",
    ].join("\n");
  }

  private mail(user: CloudUser, email: string): void {
    const follow = (password: string) => this.region.setPassword(this.keystoneId(user), password);
    this.invitations.push({ email, userId: user.public_cloud_user_id, follow });
  }

  /** Busy with this change; the end of the one before it must not end this one. */
  private becomeBusy(user: CloudUser, status: Status): void {
    clearTimeout(this.endings.get(user));
    user.status = status;
  }

  private becomeOk(user: CloudUser): void {
    user.updated_at = Math.floor(Date.now() / 1000);
    clearTimeout(this.endings.get(user));
    const ending = setTimeout(() => {
      this.endings.delete(user);
      if (user.status !== "deleting") user.status = "ok";
    }, this.pace.delayMs);
    this.endings.set(user, ending.unref());
  }
}

/** Keystone's refusal of a password in the API's words: whether the real one says it so is not known. */
function failed(error: unknown): Answer {
  if (error instanceof RegionRefused && error.status === 400)
    return invalid("password", "password", "The password does not satisfy the Public Cloud password policy.");
  return refusal(500, "unexpected_error", "The region did not do it.");
}
