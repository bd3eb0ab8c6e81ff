/** Actions: the changes that are answered 202 and end later, well or badly or never. */
import { refuse } from "./refusal";

/** What becomes of an action: how it ends and when. IN_PROGRESS: never. One that does not succeed changes nothing. */
export interface Fate {
  readonly status: "SUCCESS" | "ERROR" | "IN_PROGRESS";
  readonly afterSeconds: number;
}

/** Asked about every change by its kind, such as "PATCH user renewSecretKey"; no answer means that it is done at once. */
export type ActionHook = (kind: string) => Fate | undefined;

interface Action {
  readonly id: number;
  readonly process: string;
  readonly fate: Fate;
  readonly submittedAt: number;
}

/** The actions of one server. */
export class Actions {
  private readonly list: Action[] = [];

  constructor(
    private readonly now: () => number,
    private readonly hook: () => ActionHook | undefined,
  ) {}

  /** What is to become of a change. */
  fateOf(kind: string): Fate | undefined {
    return this.hook()?.(kind);
  }

  /** Begins an action; answers its id. */
  submit(process: string, fate: Fate): number {
    const id = 9000 + this.list.length;
    this.list.push({ id, process, fate, submittedAt: this.now() });
    return id;
  }

  /** An action as `GET /actions/{id}` shows it. */
  read(id: number): object {
    const action = this.list.find((one) => one.id === id) ?? refuse(404);
    const { fate, process, submittedAt } = action;
    const endsAt = submittedAt + fate.afterSeconds * 1000;
    const isOver = fate.status !== "IN_PROGRESS" && endsAt <= this.now();
    return {
      id,
      process,
      family: "STORAGE",
      resourceType: "OBJECT_USER",
      resourceName: "object user",
      message: "",
      status: isOver ? fate.status : "IN_PROGRESS",
      submittedAt: dateOf(submittedAt),
      submittedBy: "api",
      lastUpdatedAt: dateOf(this.now()),
      ...(isOver ? { completedAt: dateOf(endsAt) } : {}),
    };
  }
}

/** A date as the API writes it, two hours ahead of UTC. */
export function dateOf(moment: number): string {
  return `${new Date(moment + 2 * 3_600_000).toISOString().slice(0, -1)}+0200`;
}
