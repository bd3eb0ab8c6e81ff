/**
 * What the page does: draws its rows a part at a time, sorts and filters them, and draws each user's keys over time. Plain
 * JavaScript for the browser, kept as text, because it becomes a part of the page. Every text reaches the page as text and
 * never as markup. No inline styles, which the page's policy does not let through: drawings are placed by attributes.
 */
export const SCRIPT = `"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PART = 100, DAY = 86400;
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const body = document.querySelector("#users tbody");
  const text = byId("text"), phase = byId("phase"), span = byId("span"), more = byId("more"), axis = byId("axis");

  const users = data.users.map(([stack, resource, user, kind, phaseAt, reason, keys], place) => {
    const current = keys.find((key) => data.keyPhases[key[1]] === "current");
    const deadlines = keys.filter((key) => key[5] > 0 && data.keyPhases[key[1]] !== "ended").map((key) => key[5]);
    const one = {
      place, stack: data.stacks[stack], resource, user, kind: data.kinds[kind], phase: data.phases[phaseAt], phaseAt,
      reason: reason || data.meanings[phaseAt], keys, current,
      issued: current ? current[2] : 0, proven: current ? current[3] : 0,
      due: deadlines.length > 0 ? Math.min(...deadlines) : 0,
    };
    one.tooOld = data.maxAge > 0 && one.issued > 0 && data.at - one.issued > data.maxAge;
    one.words = [user, resource, one.stack, one.kind, one.phase, ...keys.map((key) => key[0])].join("\\n").toLowerCase();
    return one;
  });

  const el = (name, className, content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  };
  const draw = (name, attributes, title) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (title) made.append(document.createElementNS(SVG, "title"));
    if (title) made.firstChild.textContent = title;
    return made;
  };
  const spell = (seconds) => {
    if (seconds >= DAY) return Math.floor(seconds / DAY) + " d";
    if (seconds >= 3600) return Math.floor(seconds / 3600) + " h";
    if (seconds >= 60) return Math.floor(seconds / 60) + " min";
    return Math.max(0, Math.floor(seconds)) + " s";
  };
  const iso = (seconds) => new Date(seconds * 1000).toISOString();
  const minute = (seconds) => iso(seconds).slice(0, 16).replace("T", " ");

  // The stretch of time that is drawn: from, to, and where in it a moment is, in percent.
  let from, to;
  const setSpan = () => {
    const oldest = users.reduce((least, one) => one.keys.reduce((min, key) => (key[2] > 0 ? Math.min(min, key[2]) : min), least), data.at - DAY);
    const latest = users.reduce((most, one) => Math.max(most, one.due), data.at);
    const past = span.value === "" ? data.at - oldest : Number(span.value) * DAY;
    from = data.at - past * 1.02;
    to = data.at + Math.max(past * 0.04, Math.min(latest - data.at, past * 0.3) * 1.05);
  };
  const at = (moment) => Math.min(100, Math.max(0, ((moment - from) / (to - from)) * 100));
  const part = (percent) => percent.toFixed(2) + "%";

  const drawAxis = () => {
    axis.replaceChildren();
    const days = (to - from) / DAY;
    const dates = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short", ...(days > 300 ? { year: "numeric" } : { day: "numeric" }) });
    const steps = [1 / 24, 1 / 4, 1, 2, 7, 14, 30.4375, 91.3125, 182.625, 365.25, 1826.25];
    const step = (steps.find((each) => days / each <= 5) || 3652.5) * DAY;
    for (let moment = data.at; moment > from + step * 0.2; moment -= step) {
      const x = part(at(moment));
      axis.append(draw("line", { x1: x, x2: x, y1: "75%", y2: "100%" }));
      const label = draw("text", { x, y: 11, "text-anchor": "middle" });
      label.textContent = moment === data.at ? "now" : step < DAY ? minute(moment).slice(11) : dates.format(moment * 1000);
      axis.append(label);
    }
  };

  const tell = ([accessKey, phaseAt, issued, proven, retired, due, disabled]) => {
    const times = [["issued", issued], ["proven", proven], ["retired", retired], ["disabled", disabled], ["deadline", due]];
    return accessKey + ", " + data.keyPhases[phaseAt] + ": " +
      times.filter(([, moment]) => moment > 0).map(([name, moment]) => name + " " + minute(moment)).join(", ") + " UTC";
  };

  const LANE = 13;
  const timeline = ({ keys }) => {
    const svg = draw("svg", { height: Math.max(1, keys.length) * LANE + 5, role: "img", "aria-label": keys.map(tell).join("; ") || "no key" });
    keys.forEach((key, lane) => {
      const [, phaseAt, issued, proven, retired, due, disabled] = key;
      const name = data.keyPhases[phaseAt], y = lane * LANE + 5, title = tell(key);
      const bar = (start, end, className) => {
        if (start === 0 || end < from) return;
        const x = at(start);
        svg.append(draw("rect", { x: part(x), width: part(Math.max(at(end) - x, 0.4)), y, height: 8, rx: 2, class: className }, title));
      };
      bar(issued, retired || data.at, retired ? "former" : name);
      if (retired) {
        bar(retired, disabled || due || data.at, name === "ended" ? "ended" : "grace");
        bar(disabled, due, "quarantine");
        if (name === "overdue") bar(due, data.at, "overdue");
      }
      if (proven > from) svg.append(draw("circle", { cx: part(at(proven)), cy: y + 4, r: 3, class: "mark" }, "proven " + minute(proven) + " UTC"));
      if (due > from && due < to) svg.append(draw("line", { x1: part(at(due)), x2: part(at(due)), y1: y - 2, y2: y + 10, class: "deadline" }, "deadline " + minute(due) + " UTC"));
    });
    svg.append(draw("line", { x1: part(at(data.at)), x2: part(at(data.at)), y1: 0, y2: "100%", class: "now" }));
    return svg;
  };

  const row = (one) => {
    const tr = el("tr");
    tr.setAttribute("role", "row");
    const cell = (className, ...parts) => {
      const td = el("td", className);
      td.setAttribute("role", "cell");
      td.append(...parts);
      tr.append(td);
      return td;
    };
    cell("user", el("span", "", one.user), el("span", "under", one.resource === one.user ? "" : one.resource));
    cell("stack", el("span", "", one.stack), el("span", "under", one.kind));
    const word = el("span", "phase " + one.phase, one.phase);
    cell("phase-cell", word).title = one.reason;
    cell("key", one.current ? one.current[0] : "none");
    const age = el("span", one.tooOld ? "alarm" : "", spell(data.at - one.issued));
    if (one.tooOld) age.append(el("span", "under alarm", "too old"));
    cell("age", ...(one.issued ? [age] : []));
    cell("proven", one.proven ? spell(data.at - one.proven) + " ago" : one.current ? "never" : "");
    cell("due", ...(one.due ? [el("span", one.phase === "overdue" && one.due <= data.at ? "alarm" : "", minute(one.due))] : []));
    cell("line", timeline(one));
    return tr;
  };

  const collator = new Intl.Collator("en", { numeric: true });
  const orders = {
    user: (a, b) => collator.compare(a.user, b.user),
    stack: (a, b) => collator.compare(a.stack, b.stack),
    phase: (a, b) => a.phaseAt - b.phaseAt,
    key: (a, b) => collator.compare(a.current ? a.current[0] : "", b.current ? b.current[0] : ""),
    // Ascending is youngest first; who has no key or no deadline comes last.
    age: (a, b) => (b.issued || -Infinity) - (a.issued || -Infinity) || 0,
    proven: (a, b) => (b.proven || -Infinity) - (a.proven || -Infinity) || 0,
    due: (a, b) => (a.due || Infinity) - (b.due || Infinity) || 0,
  };

  let sorted = users, shown = users, drawn = 0;
  const drawMore = (count) => {
    const rows = document.createDocumentFragment();
    const end = Math.min(shown.length, drawn + count);
    for (; drawn < end; drawn++) rows.append(row(shown[drawn]));
    body.append(rows);
    more.hidden = drawn >= shown.length;
  };
  const redraw = () => {
    body.replaceChildren();
    drawn = 0;
    drawMore(PART);
  };
  const filter = () => {
    const words = text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = phase.value;
    shown = sorted.filter(
      (one) =>
        (wanted === "" || (wanted === "too old" ? one.tooOld : one.phase === wanted)) &&
        words.every((word) => one.words.includes(word)),
    );
    byId("shown").textContent = shown.length.toLocaleString("en") + " of " + users.length.toLocaleString("en");
    redraw();
  };

  for (const head of document.querySelectorAll("th[data-sort]")) {
    head.firstChild.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of document.querySelectorAll("th[data-sort]")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", direction);
      const compare = orders[head.dataset.sort];
      const sign = direction === "ascending" ? 1 : -1;
      sorted = [...users].sort((a, b) => sign * compare(a, b) || a.place - b.place);
      filter();
    });
  }
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", filter);
  phase.addEventListener("change", filter);
  span.addEventListener("change", () => {
    setSpan();
    drawAxis();
    redraw();
  });
  more.firstChild.addEventListener("click", () => drawMore(PART));
  new IntersectionObserver(
    (seen) => {
      if (seen.some((each) => each.isIntersecting)) drawMore(PART);
    },
    { rootMargin: "600px" },
  ).observe(more);
  addEventListener("beforeprint", () => {
    drawMore(Infinity);
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });

  // The shortest stretch in which nearly every published key's life is seen.
  const ages = users.filter((one) => one.issued > 0).map((one) => data.at - one.issued).sort((a, b) => a - b);
  const usual = ages[Math.floor(ages.length * 0.9)] || 0;
  const fits = [...span.options].find((option) => option.value !== "" && Number(option.value) * DAY >= usual);
  span.value = fits ? fits.value : "";
  setSpan();
  drawAxis();
  filter();
})();
`;
