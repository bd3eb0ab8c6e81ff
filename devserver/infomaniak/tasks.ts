/** Tasks: everything that changes a user is accepted at once and done later. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, refusal, success } from "./envelope";

/** Where a task is. */
export type TaskStatus = "spooled" | "running" | "executed" | "failed";

interface Task {
  readonly uuid: string;
  readonly createdAt: number;
  status: TaskStatus;
  updatedAt: number;
  finishedAt?: number;
  /** The envelope that the request would have been answered with, were it done at once. */
  response: unknown;
  readonly done: Promise<void>;
}

/** How tasks go; may be changed at any time. */
export interface Pace {
  /** How long a task is spooled, then runs, and how long its user is busy afterwards. */
  delayMs: number;
  /** New tasks stay spooled for ever. */
  stuck: boolean;
  /** New tasks fail with this description, without doing anything. */
  failure: string | undefined;
}

/** The tasks of an account. */
export class Tasks {
  private readonly tasks = new Map<string, Task>();

  constructor(private readonly pace: Pace) {}

  /** Spools work; answers the task's id at once. `work` answers what a final answer would be. */
  spool(work: () => Promise<Answer>): string {
    const uuid = randomUUID();
    const { delayMs, stuck, failure } = this.pace;
    const now = Date.now();
    const task: Task = {
      uuid,
      createdAt: now,
      status: "spooled",
      updatedAt: now,
      response: null,
      done: Promise.resolve().then(async () => {
        if (stuck) return;
        await sleep(delayMs, undefined, { ref: false });
        move(task, "running");
        await sleep(delayMs, undefined, { ref: false });
        const answer = failure === undefined ? await settled(work) : refusal(500, "task_failed", failure);
        task.response = answer.body;
        move(task, answer.status < 300 ? "executed" : "failed");
      }),
    };
    this.tasks.set(uuid, task);
    return uuid;
  }

  /** Resolves when nothing is under way any more but tasks that are stuck. */
  async idle(): Promise<void> {
    await Promise.all([...this.tasks.values()].map(({ done }) => done));
  }

  /** GET /1/async/tasks/{task_uuid} */
  read(uuid: string): Answer {
    const task = this.tasks.get(uuid);
    if (task === undefined) return refusal(404, "object_not_found", "Object not found");
    const seconds = (ms: number | undefined) => (ms === undefined ? null : Math.floor(ms / 1000));
    return success({
      uuid,
      status: task.status,
      created_at: seconds(task.createdAt),
      updated_at: seconds(task.updatedAt),
      executed_at: task.status === "executed" ? seconds(task.finishedAt) : null,
      finished_at: seconds(task.finishedAt),
      response: task.response,
    });
  }
}

async function settled(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    return refusal(500, "unexpected_error", error instanceof Error ? error.name : "fault");
  }
}

function move(task: Task, status: TaskStatus): void {
  task.status = status;
  task.updatedAt = Date.now();
  if (status === "executed" || status === "failed") task.finishedAt = task.updatedAt;
}
