/** One thing at a time per name, first come, first served: two requests of ours never change the same user at once. */
export class Locks {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** Runs `task` when every earlier task of the same name has ended. */
  async hold<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.tails.get(name) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.tails.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.tails.get(name) === mine) this.tails.delete(name);
    }
  }
}
