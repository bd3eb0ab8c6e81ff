/**
 * Text that a terminal shows and does not obey. Names come from servers and from state; a control sequence in one could
 * rewrite what stands on the screen, and a sign that turns the direction of reading could make a name look like another.
 */

/** C0 and C1 controls but line end and tab, DEL, and what marks, embeds, overrides or isolates a direction. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;

/** A text whose control signs are written out, such as `\x1b`, for terminals. Line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/**
 * A value as JSON, those signs written out as JSON has them: whoever reads it gets the very text that was meant, and
 * `printable` finds nothing in it.
 */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(CONTROLS, (sign) => `\\u${hex(sign.charCodeAt(0), 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
