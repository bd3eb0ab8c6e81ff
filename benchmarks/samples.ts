/** Samples: how long something took, by contender, number of users and operation; their medians. */

/** The operations, in the order of a stack's life. */
export const OPERATIONS = ["create", "no-op", "refresh", "one field", "rotate", "destroy"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Milliseconds of wall clock and of CPU. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

/** Everything that was measured. */
export class Samples {
  private readonly all = new Map<string, Sample[]>();

  add(contender: string, size: number, operation: Operation, sample: Sample): void {
    const name = nameOf(contender, size, operation);
    this.all.set(name, [...(this.all.get(name) ?? []), sample]);
  }

  /** The median of wall and of CPU, each for itself; NaN where nothing was measured. */
  median(contender: string, size: number, operation: Operation): Sample {
    const samples = this.all.get(nameOf(contender, size, operation)) ?? [];
    return { wall: median(samples.map(({ wall }) => wall)), cpu: median(samples.map(({ cpu }) => cpu)) };
  }

  /** The relative distance between the fastest and the slowest sample of wall clock; 0 with one sample. */
  spread(contender: string, size: number, operation: Operation): number {
    const walls = (this.all.get(nameOf(contender, size, operation)) ?? []).map(({ wall }) => wall);
    return (Math.max(...walls) - Math.min(...walls)) / median(walls);
  }

  toJSON(): Record<string, Sample[]> {
    return Object.fromEntries(this.all);
  }
}

function nameOf(contender: string, size: number, operation: Operation): string {
  return `${contender} ${size} ${operation}`;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
