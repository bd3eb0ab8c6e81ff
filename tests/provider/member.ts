/**
 * A member of a fleet, seen as if it were a single user: what state has of it, what became of it, and an engine that
 * brings up that member and leaves the others as they are. For suites that hold both shapes to the same rules.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { SECRET_NAMES, SECRETS } from "../../provider/protocol";
import type { DiffResult } from "../../provider/pulumi/engine";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { type Deed, type Engine, ME, type Stored } from "./engine";

/** What suites need of an engine, whatever the shape of the user in it. */
export interface OneUser {
  readonly stored: Stored | undefined;
  readonly provider: OneUserProvider;
  up(program: Inputs): Promise<Deed>;
  refresh(): Promise<void>;
  destroy(): Promise<void>;
}

/** What suites ask of a provider past the engine. */
export interface OneUserProvider {
  diff(id: string, olds: Outputs, news: Inputs): Promise<DiffResult>;
  create(news: Inputs): Promise<unknown>;
}

type ByName = Record<string, Record<string, unknown>>;

/** What a fleet's state has of a member, as a single user's would have it; undefined when there is nothing. */
export function memberOf(fleet: Stored | undefined, name: string): Stored | undefined {
  if (fleet === undefined) return undefined;
  const {
    members,
    keys,
    credentials,
    [SECRETS]: others,
    ...common
  } = fleet.outputs as Outputs & {
    members: Record<string, string>;
    credentials: ByName;
    [SECRETS]?: ByName;
  };
  const text = members[name];
  if (text === undefined) return undefined;
  const member = JSON.parse(text) as Outputs;
  const own = (keys as Record<string, unknown>)[name];
  const outputs: Outputs = {
    ...common,
    ...member,
    keys: own,
    ...credentials[name],
    ...(others?.[name] ? { [SECRETS]: others[name] } : {}),
  };
  const maps = [...(others === undefined ? [] : [SECRETS]), "credentials"];
  assert.deepEqual([...fleet.secrets].sort(), maps, "what is secret of a fleet is secret as a whole");
  return {
    id: String(outputs.userId),
    inputs: inputsOf(fleet, name) ?? {},
    outputs,
    secrets: [
      ...SECRET_NAMES.filter((secret) => credentials[name]?.[secret] !== undefined),
      ...(others?.[name] === undefined ? [] : [SECRETS]),
    ],
    halfMade: fleet.halfMade,
  };
}

/** What a fleet's run says of a member that failed: the sentence of a single user. Undefined where it is not named. */
export function problemOf(message: string, name: string): string | undefined {
  const problems = message.split(/\n(?=\w+: )/).slice(1);
  return problems.find((problem) => problem.startsWith(`${name}: `))?.slice(name.length + 2);
}

/** A fleet as the engine of one member. The others are declared beside it, always the same. */
export class MemberEngine implements OneUser {
  constructor(
    private readonly fleet: Engine,
    private readonly name: string,
    private readonly others: Readonly<Record<string, Inputs>>,
  ) {}

  get stored(): Stored | undefined {
    return memberOf(this.fleet.stored, this.name);
  }

  readonly provider: OneUserProvider = {
    diff: async (_id, _olds, { __provider, __identity = ME, ...news }) => {
      const { stored } = this.fleet;
      assert.ok(stored);
      const before = structuredClone(stored.outputs);
      const answer = await this.fleet.provider.diff(stored.id, stored.outputs, {
        users: this.users(news),
        __provider,
        __identity,
      });
      assert.deepEqual(stored.outputs, before, "a diff changes nothing");
      return answer;
    },
    create: ({ __provider, ...news }) =>
      this.alone(() => this.fleet.provider.create({ users: { [this.name]: news }, __provider })),
  };

  /** `pulumi up` of the fleet with these inputs of the member. */
  async up(program: Inputs): Promise<Deed> {
    const before = this.stored;
    const deed = await this.alone(() => this.fleet.up({ users: this.users(program) }));
    if (before === undefined) return "created";
    const isReplaced = !isDeepStrictEqual(before.outputs.userId, this.stored?.outputs.userId);
    return deed === "updated" && isReplaced ? "replaced" : deed;
  }

  /** `pulumi refresh` */
  refresh(): Promise<void> {
    return this.alone(() => this.fleet.refresh());
  }

  /** `pulumi up` of a program that does not have the member any more. */
  async destroy(): Promise<void> {
    await this.alone(() => this.fleet.up({ users: this.others }));
  }

  private users(program: Inputs): Record<string, Inputs> {
    return { [this.name]: program, ...this.others };
  }

  /** Only the member may fail, and then by its name; what is thrown is what a single user would throw. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      assert.ok(error instanceof Error);
      const says = problemOf(error.message, this.name);
      if (says === undefined) throw error;
      const [sum] = error.message.split("\n");
      // A refresh asks about all members.
      assert.match(String(sum), /\b1 of \d+ users failed, the others are done\.|users? could not be read\./);
      throw Object.assign(error, { message: says });
    }
  }
}

function inputsOf({ inputs }: Stored, name: string): Inputs | undefined {
  return (inputs.users as Record<string, Inputs> | undefined)?.[name];
}
