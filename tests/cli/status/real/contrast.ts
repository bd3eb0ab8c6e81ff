// Contrast as WCAG 2.2 defines it, of everything that is seen in a page, by the colours that the browser computed.

import type { Page } from "puppeteer-core";

/** A piece of text, or a mark of a drawing, and its contrast to what is behind it. */
export interface Contrast {
  readonly what: string;
  readonly kind: "text" | "mark";
  readonly ratio: number;
}

/** The contrast of each text and each bar that is visible, the lowest first. Backgrounds with transparency count as none. */
export async function contrastsIn(page: Page): Promise<Contrast[]> {
  // Runs in the page, where this project's compiler knows no types: a text.
  const found = await page.evaluate(`(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = channels(colour).slice(0, 3).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const opaque = (colour) => channels(colour).length < 4 || channels(colour)[3] === 1;
    const behind = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const colour = getComputedStyle(each).backgroundColor;
        if (opaque(colour)) return colour;
      }
      throw new Error("nothing is behind it");
    };
    const ratio = (one, other) => {
      const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    };
    const isSeen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
    const all = [...document.body.querySelectorAll("*")].filter(isSeen);
    const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    const texts = all.filter((element) => hasText(element) && !/^(script|style|title|option)$/i.test(element.tagName));
    const bars = all.filter((element) => element.tagName === "rect");
    return [
      ...texts.map((element) => {
        const style = getComputedStyle(element);
        const colour = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
        return { what: element.tagName + "." + (element.getAttribute("class") || "") + " " + element.textContent.slice(0, 40), kind: "text", ratio: ratio(colour, behind(element)) };
      }),
      ...bars.map((element) => ({ what: "bar " + element.getAttribute("class"), kind: "mark", ratio: ratio(getComputedStyle(element).fill, behind(element)) })),
    ].sort((a, b) => a.ratio - b.ratio);
  })()`);
  return found as Contrast[];
}
