export function languagesAvailable(): { available: true } | { available: false; reason: string };
export function prepareLanguages(options?: { log?: (line: string) => void }): Promise<void>;
export function generateSdks(schema: string, folder: string): void;
export function generatePrograms(schema: string, source: string, folder: string): void;
export function converter(): string;
export function environment(): string;
export function installPythonSdk(sdk: string, folder: string): void;
export function buildGoProgram(folder: string, output: string): Promise<void>;
