// A headless Chromium that shows one page from a file, and hears everything that goes wrong in it.

import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

/** How the page is looked at. */
export interface Look {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
}

/** A page that is shown. */
export interface Shown {
  readonly page: Page;
  /** What the console said, errors and refusals of the page's policy. */
  readonly complaints: readonly string[];
  /** The addresses that the page asked for, besides its own. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A browser that runs. */
export interface Running {
  show(html: string, look?: Look): Promise<Shown>;
  close(): Promise<void>;
}

/** Starts the browser. */
export async function startBrowser(): Promise<Running> {
  const { BROWSER_PROGRAM } = await import("../../../../tools/browser/install.mjs");
  const directory = await mkdtemp(path.join(tmpdir(), "object-users-page-"));
  const browser = await puppeteer.launch({
    executablePath: BROWSER_PROGRAM,
    headless: "shell",
    userDataDir: path.join(directory, "profile"),
    // Its sandbox needs rights that containers and root do not have; it shows nothing but pages of ours.
    args: ["--no-sandbox"],
  });
  let pages = 0;
  return {
    show: async (html, look = {}) => {
      const file = path.join(directory, `${pages++}.html`);
      await writeFile(file, html);
      return show(browser, pathToFileURL(file).href, look);
    },
    close: async () => {
      await browser.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function show(browser: Browser, url: string, { scheme = "light", width = 1280 }: Look): Promise<Shown> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on("request", (request) => request.url() === url || requests.push(request.url()));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url, { waitUntil: "load" });
  return { page, complaints, requests, close: () => page.close() };
}
