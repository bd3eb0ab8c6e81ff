// Reads a guide's fenced code blocks. The first word behind the fence is the language, the second the block's name: a file
// that it is the content of, or what a shell block does. Blocks are asked for by name, so that a test reads as the guide does.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../real/pulumi";

/** Where the guides are. */
export const GUIDES = path.join(REPOSITORY, "docs", "guides");

/** A fenced block. */
export interface Block {
  readonly language: string;
  /** Unique in the guide; empty where the block is only to be looked at. */
  readonly name: string;
  readonly text: string;
}

/** A guide's text and its blocks, in their order. */
export interface Guide {
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Languages of blocks that a reader runs or saves: each of them has a name, and a test that uses it. */
export const RUN = ["sh", "ts", "yaml", "crontab", "dockerfile"];

/** The names of all guides, without ".md". */
export function guideNames(): string[] {
  return readdirSync(GUIDES)
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.basename(file, ".md"));
}

/** Reads a guide by its name. Throws when two blocks have one name, or a fence is left open. */
export function readGuide(name: string): Guide {
  const file = path.join(GUIDES, `${name}.md`);
  const text = readFileSync(file, "utf8");
  const blocks = blocksOf(text);
  const named = blocks.map((block) => block.name).filter(Boolean);
  const twice = named.find((each, index) => named.indexOf(each) < index);
  if (twice !== undefined) throw new Error(`${name}.md has two blocks "${twice}"`);
  return { file, text, blocks };
}

/** The fenced blocks of a Markdown text, those in lists too (without their indentation). */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly head: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    const [, indent = "", marks = "", head = ""] = /^( *)(`{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (marks) open = { fence: indent + marks, head: head.trim(), lines: [] };
    } else if (line.trimEnd() === open.fence) {
      const [language = "", name = ""] = open.head.split(/\s+/);
      blocks.push({ language, name, text: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else {
      const { length } = /^ */.exec(open.fence)?.[0] ?? "";
      open.lines.push(line.slice(0, length).trim() === "" ? line.slice(length) : line);
    }
  }
  if (open !== undefined) throw new Error(`the block "${open.head}" is not closed`);
  return blocks;
}
