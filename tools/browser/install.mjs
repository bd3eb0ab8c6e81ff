/**
 * A browser for the tests of the page that `object-users status --html` writes: is it there, and if not, can it be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Driving the browser is not done here.
 */
import { available, install, runAsScript } from "../apt.mjs";

const BROWSER = {
  what: "A headless Chromium",
  /** Without windows, sound and desktop; a quarter less to download than the package `chromium`. */
  packages: ["chromium-headless-shell"],
  needs: ["/usr/bin/chromium-headless-shell"],
  where: "Debian 12",
  effort: "about 100 MB to download and 320 MB on disk.",
};

/** The program to start, once it is there. */
export const BROWSER_PROGRAM = BROWSER.needs[0];

/** Whether the browser is there; else how to get it. */
export const browserAvailable = () => available(BROWSER);

/** Installs the browser's package where that can be done without asking, and says so first. */
export const installBrowser = (options) => install(BROWSER, options);

runAsScript(import.meta.url, BROWSER);
