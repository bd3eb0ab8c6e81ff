/**
 * Pulumi's engine, as far as one dynamic resource sees it: what is stored after which answer, and what is asked next.
 * It holds the provider to the engine's rules: results are plain, half-made resources are complete.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { IDENTITY, identityOf } from "../../provider/protocol";
import type { ResourceProvider } from "../../provider/pulumi";
import type { Inputs, Outputs } from "../../provider/state";

const PROVIDER = 'exports.handler = () => require("pulumi-object-users/provider").provider("rgw", 1);';
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The identity of the one resource in a stack. */
export const ME = identityOf("urn:pulumi:test::test::pulumi-nodejs:dynamic/object-users/rgw:User::ann");

/** A resource as state has it; secrets in clear, as providers get them. */
export interface Stored {
  readonly id: string;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  /** The names of outputs that are encrypted. */
  readonly secrets: readonly string[];
  /** The last operation ended half-way. */
  readonly halfMade: boolean;
}

/** Where runs begin and end. */
export interface Runs {
  begin(): void;
}

/** What `up` came to. */
export type Deed = "created" | "updated" | "same" | "replaced";

/** A stack with one resource. */
export class Engine {
  stored: Stored | undefined;
  /** The names of inputs that the last check marked as secret: the engine encrypts them, and hands them out in clear. */
  secretInputs: readonly string[] = [];

  /** `runs` hears of each beginning: every run has processes of its own, which know nothing of the one before. */
  constructor(
    public provider: ResourceProvider,
    private readonly runs: Runs,
    private readonly identity = ME,
  ) {}

  /** `pulumi up` with these inputs. Rejects with what the provider threw, after storing what it left. */
  async up(program: Inputs): Promise<Deed> {
    this.runs.begin();
    const news = await this.check(program);
    const { stored } = this;
    if (stored === undefined) {
      await this.create(news);
      return "created";
    }
    const diff = await this.provider.diff(stored.id, { ...stored.outputs }, { ...news });
    assertPlain(diff.replaces, "diff");
    if (diff.replaces.length > 0) return this.replace(stored, news, diff.deleteBeforeReplace);
    const changes = diff.changes ?? !isDeepStrictEqual(stored.inputs, news);
    if (!changes && !stored.halfMade) {
      this.stored = { ...stored, inputs: news };
      return "same";
    }
    await this.update(stored, news);
    return "updated";
  }

  /** `pulumi refresh`. */
  async refresh(): Promise<void> {
    this.runs.begin();
    const { stored } = this;
    if (stored === undefined) return;
    const { id, props, inputs } = await this.provider.read(stored.id, { ...stored.outputs });
    if (id === "") {
      this.stored = undefined;
      return;
    }
    assert.ok(inputs, "read tells the inputs");
    this.stored = { ...open(id, { ...inputs, __provider: PROVIDER }, props), halfMade: false };
    // With ignoreChanges the engine gives them to check, as if the program had said them.
    await this.check(this.stored.inputs);
  }

  /** `pulumi destroy`. */
  async destroy(): Promise<void> {
    this.runs.begin();
    if (this.stored) await this.provider.delete(this.stored.id, { ...this.stored.outputs });
    this.stored = undefined;
  }

  private async check(program: Inputs): Promise<Inputs> {
    const olds = this.stored?.inputs ?? {};
    const news = { ...program, [IDENTITY]: this.identity, __provider: PROVIDER };
    const { inputs, failures } = await this.provider.check({ ...olds }, news);
    if (failures.length > 0) throw new CheckFailed(failures.map(({ property, reason }) => `${property}: ${reason}`));
    assertPlain(inputs, "check");
    assertSecretsAreMarked(inputs);
    this.secretInputs = Object.keys(inputs).filter((name) => isSecret(inputs[name]));
    return { ...inClear(inputs), __provider: PROVIDER };
  }

  private async create(news: Inputs): Promise<void> {
    try {
      const { id, outs } = await this.provider.create({ ...news });
      this.stored = open(id, news, outs);
    } catch (error) {
      this.keepHalfMade(error, news);
      throw error;
    }
  }

  private async update(stored: Stored, news: Inputs): Promise<void> {
    try {
      const { outs } = await this.provider.update(stored.id, { ...stored.outputs }, { ...news });
      this.stored = open(stored.id, news, outs);
    } catch (error) {
      this.keepHalfMade(error, stored.inputs);
      throw error;
    }
  }

  private async replace(old: Stored, news: Inputs, deleteFirst: boolean): Promise<Deed> {
    const end = () => this.provider.delete(old.id, { ...old.outputs });
    if (deleteFirst) {
      await end();
      this.stored = undefined;
    }
    await this.create(news);
    if (!deleteFirst) await end();
    return "replaced";
  }

  /** A thrown error with an id and properties is stored as it is; the inputs that go with it are `inputs`. */
  private keepHalfMade(error: unknown, inputs: Inputs): void {
    const { id, properties, reasons } = error as { id?: string; properties?: Outputs; reasons?: string[] };
    if (id === undefined) return;
    assert.ok(properties, "a half-made resource has properties");
    assert.equal(properties.__provider, PROVIDER, "a half-made resource keeps __provider");
    assert.equal(reasons?.length, 1, "a half-made resource has a reason");
    this.stored = { ...open(id, inputs, properties), halfMade: true };
  }
}

/** Check refused the inputs. */
export class CheckFailed extends Error {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join("\n"));
  }
}

function open(id: string, inputs: Inputs, marked: Outputs): Stored {
  assertPlain(marked, "outputs");
  const secrets = Object.keys(marked).filter((name) => isSecret(marked[name]));
  const outputs = { ...inClear(marked), __provider: PROVIDER };
  return { id, inputs: inClear(inputs), outputs, secrets, halfMade: false };
}

/** What providers get of marked values. */
export function inClear(values: Outputs): Outputs {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isSecret(value) ? value.value : value]),
  );
}

/** Secrets inside of an input are encrypted only if the whole input is marked. Its own ones are marked by the SDK. */
function assertSecretsAreMarked(inputs: Inputs): void {
  for (const [name, value] of Object.entries(inputs)) {
    if (typeof value !== "object" || isSecret(value)) continue;
    assert.doesNotMatch(JSON.stringify(value), /"(secretKey|password)":/, `the input ${name} holds a secret in clear`);
  }
}

function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

/** Fails unless a result is what Pulumi can store: JSON, and nothing undefined in it. */
export function assertPlain(value: unknown, where: string): void {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) assertPlain(one, `${where}[${index}]`);
    return;
  }
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype)
    assert.fail(`${where} is not plain JSON: ${typeof value}`);
  for (const name in value) assertPlain((value as Record<string, unknown>)[name], `${where}.${name}`);
}
