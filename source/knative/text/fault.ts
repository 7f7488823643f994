import {printable} from './printable.js';

/** What an error says, on one printable line. */
export function describeFault(error: unknown): string {
	return printable((error instanceof Error ? error.message : String(error)).replace(/[.!?]$/, ''));
}
