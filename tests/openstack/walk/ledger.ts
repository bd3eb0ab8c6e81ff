// What consumers of the outputs may rely on, kept past the provider: which keys they were given, since when each is
// replaced, and so until when it must work and from when it must be gone. Moments are the beginning and the end of runs:
// what happens within a run happens at some moment between the two.

/** A key that was published. */
interface Given {
  readonly secretKey: string;
  readonly rotationId: string;
  /** Another took its place between these two moments. */
  replaced?: { readonly from: number; readonly to: number };
}

/** A key that must work until a moment. */
export interface Held {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly until: number;
}

/** The keys of one user that consumers were given, and those that interrupted runs left. */
export class Ledger {
  private given = new Map<string, Given>();
  /** Keys that runs made and of which no state tells, with their rotations. */
  readonly left = new Map<string, string>();
  current: string | undefined;

  /** Another user: nobody holds keys of it yet. */
  forget(): void {
    this.given = new Map();
    this.left.clear();
    this.current = undefined;
  }

  /** A run between two moments published this key for a rotation, or left it published. */
  publish(key: { accessKey: string; secretKey: string } | undefined, rotationId: string, from: number, to: number) {
    const before = this.current === undefined ? undefined : this.given.get(this.current);
    if (before && key?.accessKey !== this.current) before.replaced = { from, to };
    this.current = key?.accessKey;
    if (key === undefined) return;
    this.left.delete(key.accessKey);
    const there = this.given.get(key.accessKey);
    const isSame = there?.secretKey === key.secretKey;
    const kept = isSame ? there.rotationId : rotationId;
    this.given.set(key.accessKey, { secretKey: key.secretKey, rotationId: kept });
  }

  /** The keys of those alive that a run with this grace must not end, the current one included. Those over stay over. */
  held(alive: ReadonlyMap<string, string>, graceSeconds: number, start: number, over: readonly string[]): Held[] {
    const running = this.working(alive).filter(([accessKey]) => !over.includes(accessKey));
    return running.map(([accessKey, { secretKey, replaced }]) => {
      const until = (replaced?.from ?? start) + graceSeconds * 1000;
      return { accessKey, secretKey, until };
    });
  }

  /** The former keys that must be gone after a run with this grace. */
  overdue(graceSeconds: number, start: number): string[] {
    return [...this.given].flatMap(([accessKey, { replaced }]) =>
      replaced !== undefined && replaced.to + graceSeconds * 1000 <= start ? [accessKey] : [],
    );
  }

  /** The secret of a key that was published. */
  secretOf(accessKey: string): string | undefined {
    return this.given.get(accessKey)?.secretKey;
  }

  /** When a key was replaced. */
  replacedAt(accessKey: string): Given["replaced"] {
    return this.given.get(accessKey)?.replaced;
  }

  /** The key that a run for a rotation has to make current, because it lives; undefined: another one is to be made. */
  keyFor(rotationId: string, alive: ReadonlyMap<string, string>, over: readonly string[] = []): string | undefined {
    const mayCome = ([accessKey, key]: [string, Given]) => key.rotationId === rotationId && !over.includes(accessKey);
    const given = this.working(alive).filter(mayCome);
    const isCurrent = given.find(([accessKey]) => accessKey === this.current);
    const left = [...this.left].find(([accessKey, of]) => of === rotationId && alive.has(accessKey));
    return (isCurrent ?? given.at(-1))?.[0] ?? left?.[0];
  }

  private working(alive: ReadonlyMap<string, string>): [string, Given][] {
    return [...this.given].filter(([accessKey, { secretKey }]) => alive.get(accessKey) === secretKey);
  }
}
