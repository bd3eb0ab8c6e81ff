/**
 * The parameters of a request, read as the real gateway reads them: leniently, in C++.
 */

/**
 * What the real gateway takes for a number that it cannot parse: memory that nobody wrote to. Here it is always the
 * same nonsense, so that tests can name it.
 */
export const garbageNumber = 78648617n;

/** A query string, decoded. Of a parameter that is given twice the last one counts. */
export class Arguments {
  private readonly values = new Map<string, string>();

  constructor(query: string) {
    if (query === "") return;
    for (const pair of query.split("&")) {
      const equals = pair.indexOf("=");
      if (equals < 0) this.values.set(decode(pair), "");
      else this.values.set(decode(pair.slice(0, equals)), decode(pair.slice(equals + 1)));
    }
  }

  /** The same, with every value decoded once more. */
  decodedAgain(): Arguments {
    const again = new Arguments("");
    for (const [name, value] of this.values) again.values.set(name, decode(value));
    return again;
  }

  /** All parameters, in no particular order. */
  entries(): IterableIterator<[string, string]> {
    return this.values.entries();
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** A text; "" when it is absent, which the user API never tells from empty. */
  text(name: string): string {
    return this.values.get(name) ?? "";
  }

  /** A truth value. Present without a value is true; what is neither true nor false is `fallback`. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.values.get(name)?.toLowerCase();
    if (value === "" || value === "true" || value === "1") return true;
    if (value === "false" || value === "0") return false;
    return fallback;
  }

  /** A 64-bit number: undefined when absent, "unreadable" when it is no decimal number or too large. "" is 0. */
  number(name: string): bigint | "unreadable" | undefined {
    const value = this.values.get(name);
    if (value === undefined) return undefined;
    if (value === "") return 0n;
    const match = /^\s*([+-]?)(\d+)$/.exec(value);
    if (match === null) return "unreadable";
    const number = BigInt(match[2] ?? "0") * (match[1] === "-" ? -1n : 1n);
    return number === BigInt.asIntN(64, number) ? number : "unreadable";
  }
}

/** `%41` and `+` decoded; what cannot be decoded stays as it is. */
export function decode(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Everything but letters, digits and `-_.~` percent-encoded, as signatures want it. */
export function encode(text: string): string {
  return /^[\w.~-]*$/.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
