export function dotnetAvailable(): { available: true } | { available: false; reason: string };
export function prepareDotnet(): Promise<void>;
export function compileDotnet(sdk: string, ...programs: string[]): string[];
