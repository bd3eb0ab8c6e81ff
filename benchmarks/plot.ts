/** The plot of RESULTS.md: seconds over number of users, both on logarithmic axes, as SVG for light and dark pages. */

/** A line of the plot: [number of users, seconds]. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 760;
const HEIGHT = 440;
const LEFT = 56;
const RIGHT = 150;
const TOP = 24;
const BOTTOM = 48;
const COLORS = ["#0969da", "#8250df", "#bc4c00", "#1a7f37", "#6e7781"];

/** Draws lines. Points that are not positive are left out, as a logarithm has no place for them. */
export function plot(title: string, lines: readonly Line[]): string {
  const drawn = lines
    .map(({ name, points }) => ({ name, points: points.filter(([x, y]) => x > 0 && y > 0) }))
    .filter(({ points }) => points.length > 0);
  const all = drawn.flatMap(({ points }) => points);
  const x = scale(
    all.map(([users]) => users),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    all.map(([, seconds]) => seconds),
    HEIGHT - BOTTOM,
    TOP,
  );
  const marks = (axis: Scale, draw: (at: number, label: string) => string) =>
    axis.ticks.map((tick) => draw(axis.at(tick), tick.toLocaleString("en"))).join("");
  const labels = spread(drawn.map(({ points }) => y.at(points.at(-1)?.[1] ?? 1)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${title}</title>
<style>.text { fill: #57606a } .grid { stroke: #d0d7de } @media (prefers-color-scheme: dark) { .text { fill: #8d96a0 } .grid { stroke: #30363d } }</style>
${marks(x, (at, label) => `<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="text" x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label}</text>`)}
${marks(y, (at, label) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="text" x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${label}</text>`)}
<text class="text" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">users</text>
<text class="text" x="${LEFT}" y="14" text-anchor="end">seconds</text>
${drawn.map(({ name, points }, index) => drawLine(name, points, COLORS[index % COLORS.length] ?? "", x, y, labels[index] ?? 0)).join("\n")}
</svg>
`;
}

interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** A logarithmic scale over whole decades. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  return {
    at: (value) => Math.round((from + ((Math.log10(value) - low) / (high - low)) * (to - from)) * 10) / 10,
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
}

const LABEL_HEIGHT = 15;

/** Heights for labels near the wished ones, none over another. */
function spread(wished: readonly number[]): number[] {
  const placed = [...wished];
  const order = [...wished.keys()].sort((one, other) => (wished[one] ?? 0) - (wished[other] ?? 0));
  for (const [rank, index] of order.entries()) {
    const above = order[rank - 1];
    const least = above === undefined ? -Infinity : (placed[above] ?? 0) + LABEL_HEIGHT;
    placed[index] = Math.max(placed[index] ?? 0, least);
  }
  return placed;
}

function drawLine(
  name: string,
  points: readonly (readonly [number, number])[],
  color: string,
  x: Scale,
  y: Scale,
  label: number,
): string {
  const places = points.map(([users, seconds]) => `${x.at(users)},${y.at(seconds)}`);
  const dots = places.map((place) => {
    const [cx, cy] = place.split(",");
    return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
  });
  const end = x.at(points.at(-1)?.[0] ?? 1);
  return `<polyline points="${places.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join("")}<text x="${end + 10}" y="${label + 4}" fill="${color}">${name}</text>`;
}
