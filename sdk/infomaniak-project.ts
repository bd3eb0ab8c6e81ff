/** Projects of an Infomaniak Public Cloud: https://developer.infomaniak.com/docs/api */
import type * as pulumi from "@pulumi/pulumi";
import { Managed } from "./managed";

/** Inputs of a project. It is made together with its first user. */
export interface ProjectArgs {
  /** The public cloud's number. A change replaces the project. */
  publicCloudId: pulumi.Input<number>;
  /** The project's name, at most 250 characters. It can be changed; the project keeps its number. */
  name: pulumi.Input<string>;
  /**
   * The first user's password. Default: the provider makes one, see the output. A new value sets the password of the user that
   * the project was made with. It is not used for a project that was adopted.
   */
  password?: pulumi.Input<string>;
  /** Mail the first user a link by which the user chooses a password, instead of making one. It cannot change. */
  inviteEmail?: pulumi.Input<string>;
  /** The first user's description. Default: none. It cannot change. */
  userDescription?: pulumi.Input<string>;
  /** Adopt a project of this name that exists. Set it for one `pulumi up`. Default false: a project that exists is an error. */
  adopt?: pulumi.Input<boolean>;
  /**
   * Delete the project even if it has users besides the one that it was made with; they are deleted with it. Default false:
   * refuse, and list them. What else is in the project is not looked at.
   */
  forceDestroy?: pulumi.Input<boolean>;
}

const OUTPUTS = ["userId", "projectId", "name", "openStackName", "firstUserId", "firstUserName", "password"];

/**
 * A project of an Infomaniak Public Cloud, with its first user. Its deletion cannot be undone.
 *
 * ```ts
 * const media = new infomaniak.Project("media", { publicCloudId: 12, name: "media" });
 * const first = new infomaniak.User("first", {
 *   publicCloudId: 12, projectId: media.projectId, userId: media.firstUserId, adopt: true,
 * });
 * ```
 */
export class Project extends Managed {
  /** The project's number. */
  declare readonly projectId: pulumi.Output<number>;
  /** The project's name. */
  declare readonly name: pulumi.Output<string>;
  /** The generated name of the project in OpenStack: "PCP-…". */
  declare readonly openStackName: pulumi.Output<string>;
  /** The number of the user that the project was made with, as text. Absent for a project that was adopted. */
  declare readonly firstUserId: pulumi.Output<string>;
  /** The generated name of the user that the project was made with: "PCU-…". Absent for a project that was adopted. */
  declare readonly firstUserName: pulumi.Output<string>;
  /** The password that this resource gave its first user; absent for an invited user. Secret. */
  declare readonly password: pulumi.Output<string | undefined>;
  /** The address that the first user was invited by, where it is declared. */
  declare readonly inviteEmail: pulumi.Output<string | undefined>;
  /** What the first user was described by, where it is declared. */
  declare readonly userDescription: pulumi.Output<string | undefined>;

  constructor(name: string, args: ProjectArgs, opts?: pulumi.CustomResourceOptions) {
    super("infomaniak.project", "infomaniak:Project", name, args, [...OUTPUTS, "inviteEmail", "userDescription"], opts);
  }
}
